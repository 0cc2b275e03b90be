using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>
/// The right to open a shard: its lock, and in a cluster the word of the cluster that the last owner is gone. A lock that a
/// dead or cut-off owner still holds is replaced after the next epoch was claimed, which is what really keeps him out.
/// </summary>
internal sealed class ShardOwnership : IDisposable
{
    private readonly IDisk _disk;
    private readonly ShardFiles _files;

    private long? _decided;

    private ShardOwnership(IDisk disk, ShardFiles files, ShardOwner owner) => (_disk, _files, Owner) = (disk, files, owner);

    public ShardLock Lock { get; private set; } = null!;

    /// <summary>Who this is.</summary>
    public ShardOwner Owner { get; }

    /// <summary>The epoch that is claimed; 0: none yet.</summary>
    public long Claimed { get; private set; }

    /// <summary>When a shard was claimed whose last owner had not closed it, by the monotonic clock; null: nobody was there.</summary>
    public long? TakenOverAt { get; private set; }

    /// <exception cref="ShardLockedException">Somebody owns the shard, or is about to.</exception>
    public static ShardOwnership Take(IDisk disk, ShardFiles files, ShardOptions options, TimeProvider clock)
    {
        var taken = new ShardOwnership(disk, files, new ShardOwner(Environment.ProcessId, Environment.MachineName, options.OwnerName, clock.GetUtcNow()));
        var held = ShardLock.TryAcquire(disk, files);
        try
        {
            if (options.IsOwnerGone is { } isGone && taken.FindLast() is { } last && last.Name != options.OwnerName)
            {
                if (!isGone(last.Name))
                    throw ShardLock.InUse(files, last);
                taken.Claim(taken._decided!.Value, markEpoch: 0);
                taken.TakenOverAt = clock.GetTimestamp();
                held ??= ShardLock.Replace(disk, files);
            }

            taken.Lock = held ?? throw ShardLock.InUse(disk, files);
            return taken;
        }
        catch
        {
            taken.GiveUp();
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Claims the first epoch above what the files say, and above all that was claimed; or keeps what is claimed already.</summary>
    /// <param name="manifestEpoch">As shard.json has it.</param>
    /// <param name="markEpoch">As the mark has it; 0 without one.</param>
    /// <exception cref="ShardLockedException">Somebody was faster.</exception>
    public long Claim(long manifestEpoch, long markEpoch)
    {
        // Who may be asked for the shard was decided by what shard.json said then.
        if (_decided is { } decided && decided != manifestEpoch)
            throw InUseNow();
        if (Claimed > Math.Max(manifestEpoch, markEpoch))
            return Claimed;
        GiveUp();
        var next = Math.Max(Math.Max(manifestEpoch, markEpoch), EpochClaim.FindNewest(_disk, _files)?.Epoch ?? 0) + 1;
        if (!EpochClaim.TryTake(_disk, _files, next, Owner))
            throw InUseNow();
        return Claimed = next;
    }

    /// <summary>The claim stands in shard.json: its file, and what is left of others before it, goes.</summary>
    public void MarkWritten()
    {
        EpochClaim.RemoveUpTo(_disk, _files, Claimed);
        Claimed = 0;
    }

    /// <summary>Lets go of the shard.</summary>
    public void Dispose()
    {
        GiveUp();
        Lock.Dispose();
    }

    /// <summary>
    /// A claim that did not come to anything is nobody's from here on. Its file stays until the next opening: it fences an
    /// earlier owner out, and somebody who has claimed the next epoch by now relies on that.
    /// </summary>
    private void GiveUp()
    {
        try
        {
            if (Claimed != 0)
            {
                using var file = _disk.TryOpenExisting(_files.Claim(Claimed));
                file?.SetLength(0);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It bears this owner's name, who may be asked for.
        }

        Claimed = 0;
    }

    /// <returns>Who opened the shard last and has not closed it; null also when that cannot be known: then the lock decides.</returns>
    private ShardOwner? FindLast()
    {
        if (TryReadManifest() is not { } manifest)
            return null;
        _decided = manifest.Epoch;
        return EpochClaim.FindNewest(_disk, _files) is { Owner: { } claimer } claim && claim.Epoch > manifest.Epoch ? claimer : manifest.Owner;
    }

    private ShardManifest? TryReadManifest()
    {
        try
        {
            return ShardManifest.Parse(_disk.ReadAll(_files.Manifest), _files.Manifest);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ShardCorruptException)
        {
            return null;
        }
    }

    private ShardLockedException InUseNow() => new($"'{_files.Directory}' is being opened by somebody else at this moment.");
}

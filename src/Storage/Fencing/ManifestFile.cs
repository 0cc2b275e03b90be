using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Fencing;

/// <summary>shard.json of a shard that this engine owns.</summary>
/// <param name="disk">Where.</param>
/// <param name="files">Of the shard.</param>
/// <param name="current">What the file says.</param>
/// <param name="claimed">An epoch above it that is this engine's, or 0.</param>
internal sealed class ManifestFile(IDisk disk, ShardFiles files, ShardManifest current, long claimed = 0)
{
    private volatile ShardManifest _current = current;
    private long _claimed = claimed;

    public ShardManifest Current => _current;

    /// <summary>The highest epoch that is this engine's, in the file or claimed only.</summary>
    public long Newest => Math.Max(Interlocked.Read(ref _claimed), _current.Epoch);

    /// <summary>Returns when the new manifest is durable. After a failure the current one is the one that the file holds.</summary>
    /// <exception cref="ShardFencedException">A later owner has the shard.</exception>
    public void Replace(ShardManifest manifest)
    {
        var json = manifest.ToJson();
        try
        {
            FencedFile.Replace(disk, files, files.Manifest, manifest.Epoch, json);
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && Holds(json))
        {
            // Renamed, and its name not forced: taken for another owner's, it would fence this one out.
            _current = manifest;
            throw;
        }

        _current = manifest;
    }

    /// <summary>Goes on with the next epoch, so that what is written from here on is told from what was written before.</summary>
    /// <exception cref="ShardFencedException">It is somebody else's.</exception>
    public void RaiseEpoch()
    {
        var next = Current.Epoch + 1;
        if (Newest < next)
        {
            if (!EpochClaim.TryTake(disk, files, next, Current.Owner))
                throw FencedFile.Passed(files, Current.Epoch, next);
            Interlocked.Exchange(ref _claimed, next);
        }

        Replace(Current with { Epoch = next });
        disk.Delete(files.Claim(next));
    }

    private bool Holds(byte[] json)
    {
        try
        {
            return disk.ReadAll(files.Manifest).AsSpan().SequenceEqual(json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

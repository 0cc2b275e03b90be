using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Vectors.Rows;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Following;

/// <summary>
/// Brings a state up to what the owner has marked: the newest snapshot that can be relied on, and the log behind it. The
/// owner may remove the files meanwhile; then it is tried again with what there is now.
/// </summary>
/// <param name="disk">Only read.</param>
/// <param name="files">Of the shard.</param>
/// <param name="options">As the owner has them.</param>
/// <param name="clock">For the pauses.</param>
/// <param name="logger">For what an operator should know.</param>
internal sealed class FollowedOpening(IDisk disk, ShardFiles files, ShardOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>A shard that is handed over is between two owners for as long as it takes to open it.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    private readonly SnapshotStore _store = new(disk, files, logger);

    /// <exception cref="DirectoryNotFoundException">There is no shard.</exception>
    /// <exception cref="ShardCorruptException">Its files are damaged.</exception>
    /// <exception cref="ShardUnavailableException">It has no owner who would say how far it may be read.</exception>
    public async Task<(FollowedLog Log, FollowedState State)> OpenAsync(IProgress<int>? progress, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            var before = Seen();
            try
            {
                return await Task.Run(() => Open(progress, cancel), cancel);
            }
            catch (Exception fault) when (fault is not DirectoryNotFoundException && fault is ShardException or IOException or UnauthorizedAccessException && clock.GetElapsedTime(started) < s_longest)
            {
                // Damage is what is found twice in files that have not changed.
                if (fault is ShardCorruptException && before == Seen())
                    throw;
                await Task.Delay(pause, clock, cancel);
            }
        }
    }

    /// <summary>Whether the owner has a snapshot that is worth beginning anew with.</summary>
    /// <param name="now">What is shown.</param>
    /// <param name="leastBytes">By so much of the log it must be newer, unless it brings codes and there are none.</param>
    public bool HasBetter(FollowedState now, long leastBytes)
    {
        var newest = _store.List().Select(_store.TryParse).FirstOrDefault(static found => found is not null);
        return newest is not null && newest.Position.Sequence > (now.Snapshot?.Position.Sequence ?? 0)
            && (newest.Position.End - (now.Snapshot?.Position.End ?? LogGeometry.FirstAddress) >= leastBytes || (newest.Codes is not null && !now.State.HasCodes));
    }

    /// <summary>Makes another state from the same log.</summary>
    /// <exception cref="ShardException">It cannot be now.</exception>
    public FollowedState Open(FollowedLog log, IProgress<int>? progress, CancellationToken cancel)
    {
        var manifest = ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest);
        var mark = log.ReadMark() ?? throw new ShardUnavailableException("The shard was made and never opened.");
        if (options.Sync && options.MayBeTakenOver && EpochClaim.FindLater(disk, files, mark.Epoch) is { } later)
            throw new ShardUnavailableException($"The owner with epoch {later} has not opened the shard yet.");
        log.Segments.Forget(0);
        var vectors = Scratch();
        var opened = OpenSnapshot(log, mark, manifest, vectors, progress, cancel);
        var state = new FollowedState(log, opened?.State ?? new ShardState(manifest.Descriptor, vectors), opened?.File, options.RowCacheBytes);
        state.Advance(options.Sync ? mark : null, Math.Max(manifest.Epoch, mark.Epoch), cancel);
        return state;
    }

    private (FollowedLog Log, FollowedState State) Open(IProgress<int>? progress, CancellationToken cancel)
    {
        if (!disk.DirectoryExists(files.Directory) || !disk.Exists(files.Manifest))
            throw new DirectoryNotFoundException($"There is no shard in '{files.Directory}'.");
        var log = new FollowedLog(disk, files, ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest).Geometry);
        try
        {
            return (log, Open(log, progress, cancel));
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Nothing is set aside: that is the owner's to do.</summary>
    private OpenedSnapshot? OpenSnapshot(FollowedLog log, CommitPoint mark, ShardManifest manifest, IVectorMemory vectors, IProgress<int>? progress, CancellationToken cancel)
    {
        var reader = new SnapshotReader(disk, files, options.PreciseVectors, vectors);
        foreach (var name in _store.List())
        {
            try
            {
                return _store.Open(name, reader, log.Segments, mark, manifest, progress, cancel);
            }
            catch (Exception fault) when (fault is ShardCorruptException or IOException or UnauthorizedAccessException)
            {
                FollowerLog.PassedOver(logger, files.Directory, fault.Message);
            }
        }

        return null;
    }

    /// <summary>Vectors that no snapshot has yet are few, unless there are none; the shard's own folder is not for them.</summary>
    private IVectorMemory Scratch() => options.FollowerScratch is { } folder && options.PreciseVectors == PreciseVectors.Mapped
        ? new MappedVectorMemory(LocalDisk.Instance, new ShardFiles(Path.GetFullPath(folder)))
        : HeapVectorMemory.Instance;

    /// <summary>What tells whether the files have changed.</summary>
    private string Seen()
    {
        try
        {
            return string.Join('|', CommitMark.Find(disk, files), string.Join(',', disk.List(files.Directory).Select(static file => file.Name).Order(StringComparer.Ordinal)));
        }
        catch (Exception fault) when (fault is ShardCorruptException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}

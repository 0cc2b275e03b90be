using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Rows;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Recovery;

/// <summary>A shard that is open: what the log says has been applied and published.</summary>
/// <param name="State">What is served.</param>
/// <param name="Log">Open behind its last record.</param>
/// <param name="Manifest">With this opening's epoch.</param>
/// <param name="Snapshot">The one it was opened from, or null.</param>
/// <param name="RestoredCollection">The collection that was in it, which the state may have compacted since.</param>
internal sealed record RecoveredShard(ShardState State, IShardLog Log, ManifestFile Manifest, SnapshotFile? Snapshot, VectorCollection? RestoredCollection);

/// <summary>
/// Brings a shard from its files to a state that can serve: raise the epoch, open the newest snapshot that can be relied
/// on, replay the log behind it (without one, all of it), cut a torn end, force what was taken, mark it. The lock is held
/// already.
/// </summary>
internal sealed class ShardRecovery(IDisk disk, ShardFiles files, ShardOwnership ownership, ShardOptions options, TimeProvider clock, ILogger logger)
{
    // Replaced rows of a long history are dropped on the way, so that replay needs no more memory than serving.
    private const long RecordsPerPublish = 50_000;

    /// <summary>Of a shard that was created and never opened.</summary>
    internal const long FirstEpoch = 1;

    private readonly long _started = clock.GetTimestamp();
    private readonly SnapshotStore _snapshots = new(disk, files, logger);

    /// <summary>Writes the manifest of a shard that has no records yet.</summary>
    public void Create(ShardDescriptor descriptor)
    {
        var geometry = new LogGeometry(options.PageSizeBits, options.SegmentSizeBits);
        geometry.Check();
        descriptor.Check();
        FencedFile.Replace(disk, files, files.Manifest, FirstEpoch, new ShardManifest(FirstEpoch, geometry, descriptor, Owner: null).ToJson());
    }

    /// <exception cref="ShardCorruptException">A file is not what was written.</exception>
    /// <exception cref="ShardLockedException">Somebody else opens it at this moment.</exception>
    public async Task<RecoveredShard> OpenAsync(IProgress<int>? progress, CancellationToken cancel)
    {
        RemoveScratch();
        var mark = CommitMark.Find(disk, files);
        var found = FindManifest(mark, cancel);
        mark ??= MarkIfNew(found);
        var manifest = RaiseEpoch(found, mark);
        try
        {
            // Once more: what the last owner has marked until it was fenced out must not be taken for less.
            mark = mark is null ? null : CommitMark.Find(disk, files);
            var recovered = await OpenAsync(mark, manifest, progress, cancel);
            progress?.Report(100);
            RecoveryLog.Opened(logger, files.Directory, manifest.Current.Epoch, recovered.State.View.Count, recovered.State.Sequence, clock.GetElapsedTime(_started).TotalMilliseconds);
            return recovered;
        }
        catch (Exception fault)
        {
            // Where a later owner writes meanwhile, what is found is not to be taken for damage.
            if (EpochClaim.FindLater(disk, files, manifest.Current.Epoch) is { } later)
                throw new ShardLockedException($"'{files.Directory}' was opened by somebody else at this moment (epoch {later}).", fault);
            if (options.IsOwnerGone is not null)
                Release(files, manifest, logger);
            throw;
        }
    }

    /// <summary>Says in shard.json that nobody has the shard: another owner need not ask whether this one is gone. Nothing may be written afterwards.</summary>
    public static void Release(ShardFiles files, ManifestFile manifest, ILogger logger)
    {
        try
        {
            manifest.Replace(manifest.Current with { Owner = null });
        }
        catch (Exception e) when (e is ShardException or IOException or UnauthorizedAccessException)
        {
            // Whoever comes next asks the cluster, or has come already.
            RecoveryLog.NotReleased(logger, files.Directory, e.Message);
        }
    }

    private async Task<RecoveredShard> OpenAsync(CommitPoint? mark, ManifestFile manifest, IProgress<int>? progress, CancellationToken cancel)
    {
        var recovered = Recover(mark, manifest, new OpeningProgress(progress), cancel);
        ownership.Lock.Describe(manifest.Current);
        try
        {
            await FinishAsync(recovered.State, (FasterShardLog)recovered.Log, manifest, cancel);
            return recovered;
        }
        catch
        {
            await recovered.Log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings a state up to the end of the log and gives it with the log, open behind it.</summary>
    private RecoveredShard Recover(CommitPoint? mark, ManifestFile manifest, OpeningProgress progress, CancellationToken cancel)
    {
        var segments = new SegmentFiles(disk, files, manifest.Current.Geometry, new EpochFence(disk, files, manifest, ownership.Lock));
        try
        {
            var vectors = PreciseVectors();
            var reader = new SnapshotReader(disk, files, options.PreciseVectors, vectors);
            var opened = _snapshots.OpenNewest(reader, segments, mark, manifest.Current, progress.Snapshot, cancel);
            _snapshots.Prune(opened?.File, alsoBad: false);
            if (opened is not null)
                SnapshotLog.Opened(logger, files.Directory, opened.File.Position.Sequence, opened.File.RowCount, clock.GetElapsedTime(_started).TotalMilliseconds);
            var collection = opened?.State.Collection;
            var state = opened?.State ?? new ShardState(manifest.Current.Descriptor, vectors);
            var log = Replay(state, segments, mark, manifest.Current, opened?.File.Position, progress.Log(opened is not null), cancel);
            return new RecoveredShard(state, log, manifest, opened?.File, collection);
        }
        catch
        {
            segments.Dispose();
            throw;
        }
    }

    private FasterShardLog Replay(
        ShardState state, SegmentFiles segments, CommitPoint? mark, ShardManifest manifest, LogPosition? from, IProgress<int> progress, CancellationToken cancel)
    {
        var scan = new LogScan(segments, mark, manifest.Epoch, from);
        scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => Apply(state, segments, address, header, record), progress, cancel);
        state.Publish(scan.Sequence);
        if (scan.IsBeginGuessed && scan.Begin > state.LogBegin)
            throw new ShardCorruptException(segments.NameOf(state.LogBegin), $"the log begins at {state.LogBegin}, but its files only at {scan.Begin}: some are missing.");
        if (mark is null && scan.Sequence > 0)
            RecoveryLog.MarkMissing(logger, scan.Sequence);

        var point = new CommitPoint(manifest.Epoch, scan.Sequence, scan.Begin, scan.End);
        var log = new FasterShardLog(segments, point, new LogEnd(disk, files, segments, scan.Broken, options, logger), options);
        if (IsAsLeft(segments, scan, mark))
            return log;

        // What a killed process had only handed to the system is about to be shown to readers: it must not go any more.
        segments.FlushAll();
        log.OpenEnd();
        return log;
    }

    /// <summary>
    /// Nothing has to be put in order: the mark was written when all that was found was on the device, nobody else can be writing, and
    /// there is nothing before or behind but the rest of a sector. Then the files stay as they are until something is written, and a
    /// shard that is only searched costs no more than its epoch.
    /// </summary>
    private bool IsAsLeft(SegmentFiles segments, LogScan scan, CommitPoint? mark) =>
        !options.MayBeTakenOver && scan.Broken is null && mark is { } point
        && (point.Begin, point.Until, point.Sequence) == (scan.Begin, scan.End, scan.Sequence)
        && segments.EndOnDisk() - scan.End is >= 0 and < LogGeometry.SectorBytes
        && segments.Existing() is [var first, ..] && first == segments.Geometry.SegmentOf(scan.Begin);

    private IVectorMemory PreciseVectors() =>
        options.PreciseVectors == Storage.PreciseVectors.Memory ? HeapVectorMemory.Instance : new MappedVectorMemory(disk, files);

    /// <summary>Files of mapped memory have no name, unless the process died between making one and taking its name away.</summary>
    private void RemoveScratch()
    {
        foreach (var (name, _) in disk.List(files.Directory).Where(static file => ShardFiles.IsScratch(file.Name)))
            disk.Delete(Path.Combine(files.Directory, name));
    }

    private static void Apply(ShardState state, SegmentFiles segments, long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        ReplayedRecord.Apply(state, segments, address, header, record);
        if (header.Sequence % RecordsPerPublish != 0)
            return;
        state.Publish(header.Sequence);
        state.DropDeadRows();
    }

    private async Task FinishAsync(ShardState state, FasterShardLog log, ManifestFile manifest, CancellationToken cancel)
    {
        if (state.Sequence == 0)
            await WriteFirstRecordAsync(state, log, manifest.Current);
        if (state.NeedsRederiving)
            state.Rederive(log, cancel);
        state.DropDeadRows();
        if (state.Descriptor != manifest.Current.Descriptor)
        {
            // The process ended between the record of a change and the manifest: the log is right.
            RecoveryLog.ManifestBehindLog(logger, manifest.Current.Descriptor.IndexVersion, state.Descriptor.IndexVersion);
            manifest.Replace(manifest.Current with { Descriptor = state.Descriptor });
        }
    }

    /// <summary>The first record repeats the manifest, so that the log alone is the whole shard.</summary>
    private static async Task WriteFirstRecordAsync(ShardState state, FasterShardLog log, ShardManifest manifest)
    {
        var json = (manifest with { Owner = null }).ToJson();
        var record = new byte[RecordHeader.Bytes + json.Length];
        json.CopyTo(record.AsSpan(RecordHeader.Bytes));
        var header = new RecordHeader(RecordKind.Manifest, 0, manifest.Epoch, 1);
        header.Write(record);
        var address = await log.AppendAsync(record, CancellationToken.None);
        await log.CommitAsync(header.Sequence);
        state.Apply(address, header, record);
        state.Publish(header.Sequence);
    }

    private ShardManifest FindManifest(CommitPoint? mark, CancellationToken cancel)
    {
        if (disk.Exists(files.Manifest))
            return ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest);

        // The manifest is gone; the log has one, and its last record tells the epoch.
        var restored = ManifestSearch.Find(disk, files);
        using var segments = new SegmentFiles(disk, files, restored.Geometry);
        var scan = new LogScan(segments, mark, currentEpoch: long.MaxValue);
        scan.Run((long _, in RecordHeader header, ReadOnlyMemory<byte> record) =>
            {
                if (header.Kind == RecordKind.Manifest)
                    restored = ShardManifest.Parse(record.Span[RecordHeader.Bytes..], files.LogBase);
            },
            progress: null,
            cancel);
        RecoveryLog.ManifestRestored(logger, files.Manifest, scan.Sequence);
        return restored with { Epoch = Math.Max(scan.Epoch, mark?.Epoch ?? 1) };
    }

    /// <summary>
    /// A shard that has nothing but its manifest was either never opened, and gets its mark before its epoch is raised; or
    /// its log and its mark are lost. Then it must not open as if nothing had ever been in it.
    /// </summary>
    private CommitPoint? MarkIfNew(ShardManifest found)
    {
        if (disk.List(files.Directory).Any(static file => ShardFiles.TryParseSegment(file.Name, out _)))
            return null;
        if (found.Epoch > FirstEpoch)
            throw new ShardCorruptException(files.Segment(0), $"log and commit mark are gone, and '{files.Manifest}' says that the shard was opened before (epoch {found.Epoch}).");
        var start = new CommitPoint(found.Epoch, 0, LogGeometry.FirstAddress, LogGeometry.FirstAddress);
        CommitMark.Start(disk, files, start).Dispose();
        return start;
    }

    /// <summary>
    /// In this order: the claim fences every other owner out; what these have not finished is removed, so that they cannot
    /// finish it any more; what they finished until then is read; and only then it is written over.
    /// </summary>
    private ManifestFile RaiseEpoch(ShardManifest found, CommitPoint? mark)
    {
        var epoch = ownership.Claim(found.Epoch, mark?.Epoch ?? 0);
        FencedFile.RemoveUnfinished(disk, files);
        var current = disk.Exists(files.Manifest) ? ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest) : found;
        if (current.Epoch != found.Epoch)
            throw new ShardLockedException($"'{files.Directory}' was opened by somebody else at this moment (epoch {current.Epoch}).");
        var file = new ManifestFile(disk, files, current, epoch);
        file.Replace(current with { Epoch = epoch, Owner = ownership.Owner });
        ownership.MarkWritten();
        return file;
    }
}

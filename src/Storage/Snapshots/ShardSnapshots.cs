using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors.Rows;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>
/// When one shard is saved. On the writer's turn it is looked whether a snapshot is due, and what it would hold is noted,
/// which costs nothing; written it is by the maintenance worker, beside reads and writes. Closing takes a last one where
/// the tail of the log has become long.
/// </summary>
internal sealed class ShardSnapshots : IAsyncDisposable
{
    /// <summary>Also not before so many bytes of log for each byte of the last snapshot: a large shard is not written over and over.</summary>
    private const int SnapshotBytesPerLogByte = 4;

    /// <summary>When a shard is closed a tail of this part of <see cref="ShardOptions.SnapshotEveryBytes"/> is worth a snapshot.</summary>
    private const int ClosingPart = 8;

    /// <summary>A closing shard does not hold up the end of its process for longer.</summary>
    private static readonly TimeSpan s_closingTime = TimeSpan.FromSeconds(30);

    private readonly IDisk _disk;
    private readonly ShardFiles _files;
    private readonly ShardState _state;
    private readonly ManifestFile _manifest;
    private readonly WriteQueue _queue;
    private readonly ShardOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SnapshotStore _store;

    /// <summary>This engine's first; what bears a lower one was written by another.</summary>
    private readonly long _firstEpoch;
    private readonly EpochFence _fence;
    private readonly SnapshotWriter _writer;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>End of the log that the newest snapshot covers; after a failed one, where that was.</summary>
    private long _lastEnd;
    private long _lastBytes;
    private long _lastTrainings;
    private int _isUnderWay;
    private SnapshotStats _stats = SnapshotStats.None;

    /// <param name="disk">Where.</param>
    /// <param name="files">Of the shard.</param>
    /// <param name="shard">What was opened, and maybe from which snapshot.</param>
    /// <param name="fence">Of this engine.</param>
    /// <param name="queue">The writer's.</param>
    /// <param name="options">How often.</param>
    /// <param name="clock">For the time it takes.</param>
    /// <param name="logger">For what an operator should know.</param>
    public ShardSnapshots(IDisk disk, ShardFiles files, Recovery.RecoveredShard shard, EpochFence fence, WriteQueue queue, ShardOptions options, TimeProvider clock, ILogger logger)
    {
        _disk = disk;
        _files = files;
        _state = shard.State;
        _manifest = shard.Manifest;
        _firstEpoch = shard.Manifest.Current.Epoch;
        _queue = queue;
        _options = options;
        _clock = clock;
        _logger = logger;
        _store = new SnapshotStore(disk, files, logger);
        var ledger = shard.Snapshot is { } opened && shard.RestoredCollection is { } collection ? VectorLedger.Of(collection, opened) : null;
        _fence = fence;
        _writer = new SnapshotWriter(disk, files, fence, ledger);
        _lastEnd = shard.Snapshot?.Position.End ?? Log.LogGeometry.FirstAddress;
        if (shard.Snapshot is { } from)
            (_lastBytes, _stats) = (BytesOf(from), SnapshotStats.None with { Sequence = from.Position.Sequence });
    }

    public SnapshotStats Stats => Volatile.Read(ref _stats);

    /// <summary>Begins a snapshot when one is due. On the writer's turn, after rows were published.</summary>
    /// <param name="isTraining">Codes are being learnt: a snapshot is then better taken with them.</param>
    public void AfterPublish(bool isTraining)
    {
        if (_options.Maintenance is not { } worker || isTraining || !IsDue(_options.SnapshotEveryBytes) || _closing.IsCancellationRequested)
            return;
        if (Interlocked.CompareExchange(ref _isUnderWay, 1, 0) != 0)
            return;
        var point = Point();
        if (!worker.TryAdd(() => TakeInBackground(point, worker)))
            Volatile.Write(ref _isUnderWay, 0);
    }

    /// <summary>Takes a snapshot of what is published now, whether or not one is due.</summary>
    /// <exception cref="IOException">The device failed or has no room.</exception>
    /// <exception cref="ShardUnavailableException">The engine is closed.</exception>
    public async Task TakeAsync(CancellationToken cancel)
    {
        var noted = new TaskCompletionSource<SnapshotPoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(new MaintenanceRequest(
            () => noted.SetResult(Point()),
            () => noted.TrySetException(new ShardUnavailableException("The shard is closed, or does not take writes."))));
        var point = await noted.Task.WaitAsync(cancel);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token);
        await Task.Run(() => Take(point, both.Token.ThrowIfCancellationRequested, both.Token), both.Token);
    }

    /// <summary>Gives up what is under way, and takes a last snapshot if the tail is long enough. The writer has ended.</summary>
    /// <param name="isWhole">The writer did not stop: all that is published can be relied on.</param>
    public async Task CloseAsync(bool isWhole)
    {
        await _closing.CancelAsync();
        if (!isWhole || !IsDue(_options.SnapshotEveryBytes / ClosingPart))
            return;
        using var time = new CancellationTokenSource(s_closingTime, _clock);
        try
        {
            await Task.Run(() => Take(Point(), time.Token.ThrowIfCancellationRequested, time.Token), CancellationToken.None);
        }
        catch (Exception fault) when (IsOfTheMachine(fault) || fault is OperationCanceledException)
        {
            Failed(fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _one.WaitAsync();
        _one.Dispose();
        _closing.Dispose();
    }

    private static bool IsOfTheMachine(Exception fault) => fault is IOException or UnauthorizedAccessException or ShardException;

    private static long BytesOf(SnapshotFile snapshot) => snapshot.Rows.Length + (snapshot.Codes?.Length ?? 0);

    private bool IsDue(long everyBytes)
    {
        if (_options.SnapshotEveryBytes == 0)
            return false;
        var tail = _state.Position.End - Interlocked.Read(ref _lastEnd);
        return tail >= Math.Max(everyBytes, Interlocked.Read(ref _lastBytes) / SnapshotBytesPerLogByte)
            || (_state.HasCodes && _state.Trainings != Interlocked.Read(ref _lastTrainings));
    }

    private SnapshotPoint Point() => new(
        _state.Collection, _state.View, _state.Position, _manifest.Current with { Descriptor = _state.Descriptor, LogBegin = _state.LogBegin }, _state.Trainings, _state.Writes.Save());

    private void TakeInBackground(SnapshotPoint point, MaintenanceWorker worker)
    {
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, worker.Stopping);
            Take(point, () => worker.Breathe(both.Token), both.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException && (_closing.IsCancellationRequested || worker.Stopping.IsCancellationRequested))
        {
            // The shard is being closed; what was written so far is found to belong to nothing and removed.
        }
#pragma warning disable CA1031 // Whatever it is: it is told, the log has everything, and the worker serves the next shard.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Not again at once: when as much was written as would make the next one due.
            Interlocked.Exchange(ref _lastEnd, point.Position.End);
            Interlocked.Exchange(ref _lastTrainings, point.Trainings);
            Failed(fault);
        }
        finally
        {
            Volatile.Write(ref _isUnderWay, 0);
        }
    }

    private void Take(SnapshotPoint point, Action breathe, CancellationToken cancel)
    {
        _one.Wait(cancel);
        try
        {
            var started = _clock.GetTimestamp();
            var snapshot = _writer.Write(point, breathe);
            Interlocked.Exchange(ref _lastEnd, point.Position.End);
            Interlocked.Exchange(ref _lastTrainings, point.Trainings);
            Interlocked.Exchange(ref _lastBytes, BytesOf(snapshot));
            Volatile.Write(ref _stats, new SnapshotStats(Stats.Taken + 1, snapshot.Position.Sequence, null));
            _fence.Check();
            _store.Prune(snapshot, alsoBad: true);
            ReadFromFiles(point, snapshot);
            SnapshotLog.Taken(_logger, _files.Directory, snapshot.Position.Sequence, snapshot.RowCount, _clock.GetElapsedTime(started).TotalMilliseconds);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Vectors that are in a file now need not be in another: from the next view on they are read there.</summary>
    private void ReadFromFiles(SnapshotPoint point, SnapshotFile snapshot)
    {
        if (_options.PreciseVectors != PreciseVectors.Mapped || snapshot.Parts.Count == 0)
            return;
        var part = snapshot.Parts[^1];
        var blockBytes = snapshot.BlockRows * (long)point.Collection.Dimensions * sizeof(float);
        var blocks = (snapshot.RowCount / snapshot.BlockRows) - part.FirstBlock;
        if (part.Epoch < _firstEpoch || blocks <= 0)
            return;
        var map = _disk.Map(_files.InDirectory(part.FileName), blocks * blockBytes);
        VectorMemory[] same = [.. Enumerable.Range(0, blocks).Select(block => MappedFile.Block(map, block * blockBytes, blockBytes))];
        try
        {
            _queue.Add(new MaintenanceRequest(() => _state.ReplaceVectors(point.Collection, part.FirstBlock, same), static () => { }));
        }
        catch (ShardException)
        {
            // Writes are waiting, or the shard is closed: the next snapshot comes by here again.
        }
    }

    private void Failed(Exception fault)
    {
        Volatile.Write(ref _stats, Stats with { Problem = fault.Message });
        SnapshotLog.Failed(_logger, fault, _files.Directory);
    }
}

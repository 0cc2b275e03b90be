using System.Diagnostics;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Storage.Writing;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Compaction;

/// <summary>
/// Gives back what overwritten and deleted documents take in a shard's log: page by page from its beginning, what lives
/// is copied to the end by the writer, like any write, and the log then begins later. Reading is the worker's, at a
/// bounded rate; the writer is asked for one short group at a time. A crash anywhere leaves a log that says the same.
/// </summary>
internal sealed class ShardCompaction : IAsyncDisposable
{
    /// <summary>Rows of one group: about the time of one forcing of the device.</summary>
    private const long GroupBytes = 256 << 10;

    /// <summary>A pass ends when no more of the log is dead: what little there is costs more to move than it brings.</summary>
    private const double EnoughDead = 0.05;

    /// <summary>When the writer's queue is full, it is asked again after this.</summary>
    private static readonly TimeSpan s_whenBusy = TimeSpan.FromMilliseconds(100);

    private readonly string _shard;
    private readonly ShardState _state;
    private readonly IShardLog _log;
    private readonly RowReader _rows;
    private readonly WriteQueue _queue;
    private readonly MaintenanceWorker _worker;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly double _deadShare;
    private readonly long _bytesPerSecond;
    private readonly CancellationTokenSource _closing;
    private readonly RetiredSegments _retired;
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private bool _closed;
    private volatile string? _problem;
    private long _lookAtBytes;
    private long _lookAtDocuments = long.MaxValue;
    private long _liveBytes;
    private long _passes;
    private long _movedBytes;
    private long _movedRows;
    private long _freedBytes;

    /// <summary>How much longer a log is than its rows and images together, when nothing in it is dead, for ends of pages: as seen when some were moved.</summary>
    private double _overhead = 1;

    public ShardCompaction(
        string shard, ShardState state, IShardLog log, RowReader rows, WriteQueue queue, ShardOptions options, MaintenanceWorker worker, TimeProvider clock, ILogger logger)
    {
        _shard = shard;
        _state = state;
        _log = log;
        _rows = rows;
        _queue = queue;
        _worker = worker;
        _clock = clock;
        _logger = logger;
        _deadShare = options.CompactionDeadPercent / 100.0;
        _bytesPerSecond = options.CompactionBytesPerSecond;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(worker.Stopping);
        _retired = new RetiredSegments(log, worker, clock, logger);
    }

    public CompactionStats Stats => new(
        _log.End - _log.Begin,
        (long)(Interlocked.Read(ref _liveBytes) * Volatile.Read(ref _overhead)),
        Interlocked.Read(ref _passes),
        Interlocked.Read(ref _movedBytes),
        Interlocked.Read(ref _freedBytes),
        _problem);

    /// <summary>Looks whether there may be something to give back. On the writer's turn, and cheap.</summary>
    public void AfterPublish()
    {
        if (_deadShare <= 0 || !Running.IsCompleted)
            return;

        // On this turn all that is committed is visible: what the pass finds up to here and no view names is dead.
        var end = _log.End;
        var isLonger = end - _log.Begin > SegmentBytes;
        if (!isLonger || (end - _log.Begin < _lookAtBytes && _state.View.Count > _lookAtDocuments))
            return;
        lock (_gate)
        {
            if (!_closed)
                _running = Task.Run(() => RunAsync(end));
        }
    }

    /// <summary>Completes when the pass that runs now has ended.</summary>
    internal Task Running
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Stops what is under way; afterwards nothing touches the shard.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _closed = true;
        await _closing.CancelAsync();
        await Running;
        await _retired.DisposeAsync();
        _closing.Dispose();
    }

    /// <summary>Never fails: what went wrong is told, and tried again when the log has grown.</summary>
    private async Task RunAsync(long end)
    {
        try
        {
            await EstimateAsync();
            if (DeadBytes() > _deadShare * (_log.End - _log.Begin))
                await PassAsync(end);
            _problem = null;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The shard is being closed. What was moved is moved, and counts.
        }
        catch (ShardUnavailableException fault)
        {
            // The writer has told the log already.
            _problem = fault.Message;
        }
#pragma warning disable CA1031 // Whatever it is: the log is whole as it is, only longer than it need be.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _problem = fault.Message;
            CompactionLog.Failed(_logger, fault, _shard);
        }

        // A quarter of what would make it due, or a segment: an estimate reads a few hundred rows.
        var live = (long)(_liveBytes * _overhead);
        _lookAtDocuments = (long)(_state.View.Count * (1 - (_deadShare / 4)));
        _lookAtBytes = end - _log.Begin + Math.Max(SegmentBytes, (long)(live * _deadShare / 4));
    }

    private async Task EstimateAsync() =>
        Interlocked.Exchange(ref _liveBytes, await OnWorkerAsync(() => LiveBytes.Estimate(_state.View, _log, _closing.Token)));

    /// <summary>What could come back; nothing when it is less than a segment.</summary>
    private double DeadBytes()
    {
        var dead = _log.End - _log.Begin - (_liveBytes * _overhead);
        return dead < SegmentBytes ? 0 : dead;
    }

    private long SegmentBytes => 1L << _log.Geometry.SegmentSizeBits;

    private async Task PassAsync(long end)
    {
        var (moved, freed) = (Interlocked.Read(ref _movedBytes), Interlocked.Read(ref _freedBytes));
        var sweep = new LogSweep(_log, _rows, end);
        while (sweep.Position < end && DeadBytes() > EnoughDead * (_log.End - _log.Begin))
        {
            var started = _clock.GetTimestamp();
            var from = sweep.Position;
            var living = await OnWorkerAsync(() => sweep.NextPage(_state.View));
            await MoveAsync(living);
            await TruncateAsync(sweep.Swept);
            await KeepRateAsync(started, sweep.Position - from + living.Sum(row => row.Bytes));
        }

        await EstimateAsync();
        Interlocked.Increment(ref _passes);
        (moved, freed) = (Interlocked.Read(ref _movedBytes) - moved, Interlocked.Read(ref _freedBytes) - freed);
        _worker.Compacted(moved, freed);
        CompactionLog.Compacted(_logger, _shard, freed, moved);
    }

    private async Task MoveAsync(IReadOnlyCollection<MovingRow> living)
    {
        var group = new List<MovingRow>();
        var bytes = 0L;
        foreach (var row in living)
        {
            group.Add(row);
            bytes += row.Bytes;
            if (bytes < GroupBytes)
                continue;
            await SendAsync(group);
            (group, bytes) = ([], 0);
        }

        if (group.Count > 0)
            await SendAsync(group);
    }

    private async Task SendAsync(List<MovingRow> group)
    {
        var moved = await AskWriterAsync(() => new MoveRequest(group, _closing.Token));
        Interlocked.Add(ref _movedBytes, moved.LogBytes);
        _movedRows += moved.Bytes;
        if (_movedRows > SegmentBytes)
            Volatile.Write(ref _overhead, Math.Clamp((double)_movedBytes / _movedRows, 1, 2));
    }

    private async Task TruncateAsync(long swept)
    {
        var begin = _log.Geometry.SegmentStart(swept);
        if (begin <= _log.Begin)
            return;
        Interlocked.Add(ref _freedBytes, await AskWriterAsync(() => new TruncateRequest(begin, _closing.Token)));
        _retired.Add(begin);
    }

    private async Task<T> AskWriterAsync<T>(Func<WriteRequest<T>> make)
    {
        while (true)
        {
            try
            {
                var request = make();
                _queue.Add(request);
                return await request.Answer;
            }
            catch (ShardOverloadedException)
            {
                await Task.Delay(s_whenBusy, _clock, _closing.Token);
            }
        }
    }

    private async Task KeepRateAsync(long started, long bytes)
    {
        if (_bytesPerSecond == 0)
            return;
        var rest = TimeSpan.FromSeconds((double)bytes / _bytesPerSecond) - _clock.GetElapsedTime(started);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, _clock, _closing.Token);
    }

    /// <summary>Does work on the worker's thread, which gives way to everything else, and where it can be paused.</summary>
    private async Task<T> OnWorkerAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ended = _worker.Stopping.Register(() => done.TrySetCanceled(_closing.Token));
        var taken = _worker.TryAdd(() =>
        {
            try
            {
                _closing.Token.ThrowIfCancellationRequested();
                done.TrySetResult(work());
            }
#pragma warning disable CA1031 // Handed on to the one who waits.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                done.TrySetException(fault);
            }
        });
        Debug.Assert(taken || _worker.Stopping.IsCancellationRequested, "The worker takes work until it ends.");
        return await done.Task;
    }
}

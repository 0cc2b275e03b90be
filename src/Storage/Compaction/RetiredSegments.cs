using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Compaction;

/// <summary>
/// Removes the segments before the begin of a log, but not at once: a search that found a row before it was moved comes
/// back for it, and no search lives as long as they are kept. After a crash the next opening removes them.
/// </summary>
internal sealed class RetiredSegments : IAsyncDisposable
{
    /// <summary>Longer than any request may take.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly IShardLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Queue<(long Begin, long Since)> _waiting = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private bool _closed;

    public RetiredSegments(IShardLog log, MaintenanceWorker worker, TimeProvider clock, ILogger logger)
    {
        _log = log;
        _clock = clock;
        _logger = logger;
        _timer = clock.CreateTimer(_ => worker.TryAdd(Remove), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The log begins here now.</summary>
    public void Add(long begin)
    {
        lock (_gate)
        {
            _waiting.Enqueue((begin, _clock.GetTimestamp()));
            if (_waiting.Count == 1)
                _timer.Change(Kept, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Removes no more. What is being removed is finished first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
            _closed = true;
    }

    /// <summary>On the worker's thread.</summary>
    private void Remove()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            var begin = 0L;
            while (_waiting.TryPeek(out var next) && _clock.GetElapsedTime(next.Since) >= Kept)
                begin = _waiting.Dequeue().Begin;
            try
            {
                _log.RemoveTruncated(begin);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ShardException)
            {
                // The next truncation or opening removes them; a newer owner, if there is one.
                CompactionLog.RemovingFailed(_logger, e);
            }

            if (_waiting.TryPeek(out var later))
                _timer.Change(Remaining(later.Since), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Removing may have taken longer than the next ones had to wait: never less than nothing.</summary>
    private TimeSpan Remaining(long since)
    {
        var remaining = Kept - _clock.GetElapsedTime(since);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}

using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Placement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// Keeps the memory of the open shards and replicas of this process within <c>Memory:Budget</c>: those that were not used
/// for the longest time go cold, before another one is opened and whenever it is looked. Which ones, says <see cref="ColdChoice"/>.
/// </summary>
internal sealed partial class MemoryKeeper
{
    /// <summary>An opening waits so long for others to be closed. Then it goes on: whoever asked for the shard waits too, and searches that hold the others end.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    /// <summary>Closed shards of so many bytes, or a tenth of the budget, are worth a collection.</summary>
    private const long LeastWorthCollecting = 64L << 20;

    private static readonly TimeSpan s_betweenWarnings = TimeSpan.FromMinutes(1);

    /// <summary>Where there is plenty of room what is open is counted so often, and not for each of thousands that are opened.</summary>
    private static readonly TimeSpan s_countLasts = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly LocalShards _shards;
    private readonly TimeProvider _clock;
    private readonly ILogger<MemoryKeeper> _logger;
    private readonly ExpectedMemory _expected = new();
    private readonly FreedMemory _freed;
    private readonly Dictionary<ILocalShard, Task> _goingCold = [];
    private readonly HashSet<ShardKey> _tooLarge = [];
    private long _coming;
    private long _counted;
    private long _openedSince;
    private long? _countedAt;
    private long? _warnedAt;

    public MemoryKeeper(IOptions<MemorySettings> settings, LocalShards shards, TimeProvider clock, GrainInstruments instruments, ILogger<MemoryKeeper> logger)
    {
        (_shards, _clock, _logger) = (shards, clock, logger);
        Budget = settings.Value.BudgetBytes;
        _freed = FreedMemory.OfProcess(Math.Max(LeastWorthCollecting, Budget / 10), clock);
        instruments.WatchMemory(() => Taken, Budget);
    }

    public long Budget { get; }

    /// <summary>Bytes of all that are open at this moment.</summary>
    public long Taken => _shards.All.Sum(static shard => shard.BytesInMemory);

    /// <summary>Before a shard is opened: makes room for what it is expected to take, and waits for that where memory is short.</summary>
    /// <returns>Keeps the room until it is disposed of: when the shard is open and counts by itself.</returns>
    public async Task<IDisposable> MakeRoomAsync(ShardKey shard, CancellationToken cancellation)
    {
        var room = Reserve(shard);
        try
        {
            var closing = HasPlenty() ? [] : Look();
            if (closing.Count > 0)
                await Task.WhenAll(closing).WaitAsync(s_longestWait, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            // They are in use to the last; memory is above the budget until those calls end.
        }
        catch
        {
            room.Dispose();
            throw;
        }

        return room;
    }

    /// <summary>Closes what has to be closed, and has the memory of what was closed given back. Once a second.</summary>
    public void Tick()
    {
        Look();
        lock (_lock)
            _freed.CollectIfWorth();
    }

    /// <summary>Closes what has to be closed.</summary>
    /// <returns>Those that are being closed, if memory is so short that nothing should be opened before they are; otherwise none.</returns>
    public IReadOnlyList<Task> Look()
    {
        lock (_lock)
        {
            var open = _shards.All.Select(static shard => new HeldShard<ILocalShard>(shard, shard.BytesInMemory, shard.Use.Unused, shard.Use.IsInUse)).Where(static shard => shard.Bytes > 0).ToList();
            (_counted, _openedSince, _countedAt) = (open.Sum(static shard => shard.Bytes), 0, _clock.GetTimestamp());
            _freed.Note(open.Select(static shard => (shard.Shard, shard.Bytes)));
            _expected.Learn(open.Select(static shard => (shard.Shard.Key, shard.Bytes)));
            foreach (var shard in open.Where(shard => shard.Bytes > Budget && _tooLarge.Add(shard.Shard.Key)))
                LogTooLarge(shard.Shard.Key, shard.Bytes >> 20, Budget >> 20);

            foreach (var (shard, _) in _goingCold.Where(static closing => closing.Value.IsCompleted).ToList())
                _goingCold.Remove(shard);
            var limits = MemoryLimits.For(Budget, open.Select(static shard => shard.Bytes).DefaultIfEmpty().Max());
            var staying = open.Where(shard => !_goingCold.ContainsKey(shard.Shard)).ToList();
            var chosen = ColdChoice.Choose(staying, _coming, limits);
            foreach (var cold in chosen)
            {
                // The silo's reporter must not call back what goes.
                cold.Shard.Meter.TakeUsedFromOutside();
                _goingCold[cold.Shard] = cold.Shard.Cold.Begin();
            }

            var left = staying.Sum(static shard => shard.Bytes) + _coming - chosen.Sum(static shard => shard.Bytes);
            if (chosen.Count > 0)
                LogGoCold(chosen.Count, left >> 20, limits.Budget >> 20);
            if (left > limits.Danger)
                WarnAbove(left, limits.Budget);
            return open.Sum(static shard => shard.Bytes) + _coming > limits.Danger ? [.. _goingCold.Values] : [];
        }
    }

    private Room Reserve(ShardKey shard)
    {
        lock (_lock)
        {
            var bytes = _expected.Of(shard);
            _coming += bytes;
            return new Room(this, bytes);
        }
    }

    private void Release(long bytes)
    {
        lock (_lock)
            (_coming, _openedSince) = (_coming - bytes, _openedSince + bytes);
        if (!HasPlenty())
            Look();
    }

    /// <summary>By the last count and what was opened since, three quarters of the budget are not reached.</summary>
    private bool HasPlenty()
    {
        lock (_lock)
        {
            return _countedAt is { } at && _clock.GetElapsedTime(at) < s_countLasts
                && _counted + _openedSince + _coming <= Budget / 4 * 3;
        }
    }

    private void WarnAbove(long bytes, long budget)
    {
        if (_warnedAt is { } last && _clock.GetElapsedTime(last) < s_betweenWarnings)
            return;
        _warnedAt = _clock.GetTimestamp();
        LogAbove(bytes >> 20, budget >> 20);
    }

    /// <summary>Room for a shard that is being opened.</summary>
    private sealed class Room(MemoryKeeper keeper, long bytes) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                keeper.Release(bytes);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{Shards} shards go cold, so that {Megabytes} MB of the {Budget} MB for open shards are taken")]
    private partial void LogGoCold(int shards, long megabytes, long budget);

    [LoggerMessage(2, LogLevel.Warning, "Shard {Shard} takes {Megabytes} MB of memory, and Memory:Budget allows all open shards {Budget} MB: it serves, and others beside it as far as a third of its size")]
    private partial void LogTooLarge(ShardKey shard, long megabytes, long budget);

    [LoggerMessage(3, LogLevel.Warning, "Open shards take {Megabytes} MB of memory, well above their {Budget} MB, and all that are left are in use")]
    private partial void LogAbove(long megabytes, long budget);
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Recall;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>
/// The one thread of a process that works in the background on all its shards: it learns codes, one shard after the
/// other, and measures recall, the shards in turn, for a small share of one core. It gives way to everything else and can
/// be paused. Shards are told of it by <see cref="ShardOptions.Maintenance"/>.
/// </summary>
public sealed class MaintenanceWorker : IDisposable
{
    /// <summary>How often it is looked whether queries wait to be measured, at most.</summary>
    private static readonly TimeSpan s_measuringInterval = TimeSpan.FromSeconds(1);

    /// <summary>Queries that a shard must have measured for its figure to be counted among others.</summary>
    private const long EnoughQueries = 50;

    private readonly MaintenanceOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Not bounded by itself: a shard has one training in it at most, and there is one measurement.</summary>
    private readonly BlockingCollection<Action> _work = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualResetEventSlim _mayRun = new(initialState: true);
    private readonly Lock _gate = new();
    private readonly List<ShardMaintenance> _shards = [];
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private int _pauses;
    private int _nextToMeasure;
    private bool _timerRuns;
    private long _trainings;
    private long _failedTrainings;
    private double _trainingSeconds;
    private long _measured;
    private long _compactions;
    private long _movedBytes;
    private long _freedBytes;
    private int _disposed;

    /// <param name="options">What it may take.</param>
    /// <param name="clock">Of its timers.</param>
    /// <param name="logs">For what an operator should know.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public MaintenanceWorker(MaintenanceOptions options, TimeProvider clock, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Check();
        _options = options;
        _clock = clock;
        _logger = logs.CreateLogger("ClipOrleans.Storage");
        _timer = clock.CreateTimer(_ => TryAdd(MeasureNext), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Work) { IsBackground = true, Name = "maintenance" };
        _thread.Start();
    }

    internal CancellationToken Stopping => _stopping.Token;

    internal int Threads => _options.Threads;

    /// <summary>
    /// Work under way stops within some milliseconds of computing and goes on when all pauses have been disposed of; a
    /// measurement that runs is finished first.
    /// </summary>
    public IDisposable Pause()
    {
        lock (_gate)
        {
            _pauses++;
            _mayRun.Reset();
        }

        return new PauseEnd(this);
    }

    /// <summary>What was done so far, and what the open shards measured.</summary>
    public MaintenanceReport Report()
    {
        ShardMaintenance[] shards;
        lock (_gate)
            shards = [.. _shards];
        var bands = shards.SelectMany(shard => shard.Recall.Report()).Where(band => band.Queries >= EnoughQueries).ToArray();
        var worst = bands.ToLookup(band => band.Selectivity, band => band.Recall);
        return new MaintenanceReport(
            Interlocked.Read(ref _trainings),
            Interlocked.Read(ref _failedTrainings),
            Volatile.Read(ref _trainingSeconds),
            Interlocked.Read(ref _measured),
            [.. RecallMerge.Merge(bands).Select(band => new BandSummary(band.Selectivity, worst[band.Selectivity].Min(), band.Recall, band.Effort))])
        {
            Compactions = Interlocked.Read(ref _compactions),
            MovedBytes = Interlocked.Read(ref _movedBytes),
            FreedBytes = Interlocked.Read(ref _freedBytes),
        };
    }

    /// <summary>Ends the thread; what is under way is given up.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _stopping.Cancel();
        _timer.Dispose();
        _work.CompleteAdding();
        _thread.Join();
    }

    internal void Register(ShardMaintenance shard)
    {
        lock (_gate)
        {
            _shards.Add(shard);
            if (_timerRuns || _options.MeasuringPercent <= 0)
                return;
            _timerRuns = true;
            _timer.Change(s_measuringInterval, Timeout.InfiniteTimeSpan);
        }
    }

    internal void Unregister(ShardMaintenance shard)
    {
        lock (_gate)
            _shards.Remove(shard);
    }

    /// <returns>False when the worker has ended.</returns>
    internal bool TryAdd(Action work)
    {
        try
        {
            return !_stopping.IsCancellationRequested && _work.TryAdd(work);
        }
        catch (InvalidOperationException) when (_work.IsAddingCompleted)
        {
            return false;
        }
    }

    /// <summary>Where a training can be paused.</summary>
    internal void Breathe(CancellationToken cancel) => _mayRun.Wait(cancel);

    internal void Trained(double seconds)
    {
        lock (_gate)
            Volatile.Write(ref _trainingSeconds, _trainingSeconds + seconds);
        Interlocked.Increment(ref _trainings);
    }

    internal void Compacted(long moved, long freed)
    {
        Interlocked.Increment(ref _compactions);
        Interlocked.Add(ref _movedBytes, moved);
        Interlocked.Add(ref _freedBytes, freed);
    }

    internal void TrainingFailed() => Interlocked.Increment(ref _failedTrainings);

    private void Work()
    {
        if (!LowPriority.Take())
            MaintenanceLog.NoLowPriority(_logger);
        try
        {
            while (DoNext())
            {
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The worker is disposed of; what waits is given up with it.
        }
    }

    /// <summary>
    /// In a frame of its own, which is gone while the next work is waited for: what was done refers to its shard, and a closed one
    /// would stay in memory, its files mapped, until there is more to do.
    /// </summary>
    /// <returns>False when there is no more.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool DoNext()
    {
        if (!_work.TryTake(out var work, Timeout.Infinite, Stopping))
            return false;
        _mayRun.Wait(Stopping);
        work();
        return true;
    }

    /// <summary>Measures what waits on the next shard where something does, then rests so long that the share is kept.</summary>
    private void MeasureNext()
    {
        var started = _clock.GetTimestamp();
        if (NextToMeasure() is { } shard)
            Interlocked.Add(ref _measured, shard.Measure());
        var rest = _clock.GetElapsedTime(started) * (100.0 / _options.MeasuringPercent);
        _timer.Change(rest > s_measuringInterval ? rest : s_measuringInterval, Timeout.InfiniteTimeSpan);
    }

    private ShardMaintenance? NextToMeasure()
    {
        lock (_gate)
        {
            for (var i = 0; i < _shards.Count; i++)
            {
                var shard = _shards[_nextToMeasure++ % _shards.Count];
                if (shard.Recall.Waiting > 0)
                    return shard;
            }

            _nextToMeasure = 0;
            return null;
        }
    }

    private void Resume()
    {
        lock (_gate)
        {
            if (--_pauses == 0)
                _mayRun.Set();
        }
    }

    private sealed class PauseEnd(MaintenanceWorker worker) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                worker.Resume();
        }
    }
}

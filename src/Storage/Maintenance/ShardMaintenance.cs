using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors.Recall;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>
/// The background work of one shard. A training goes from the writer, which begins it, to the worker, which runs it, and
/// back to the writer, which adopts it; who has it is its phase, so nothing here is done by two at once.
/// </summary>
internal sealed class ShardMaintenance : IAsyncDisposable
{
    /// <summary>Rows that the writer may be left to code when it adopts: less than a millisecond.</summary>
    private const int FewRows = 256;

    /// <summary>Rounds of catching up after which the writer gets what is left: rows come faster than they can be coded.</summary>
    private const int MostRounds = 100;

    /// <summary>When the writer's queue is full, the codes are offered again after this.</summary>
    private static readonly TimeSpan s_whenBusy = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromHours(1);

    private readonly string _shard;
    private readonly ITrainedIndex _index;
    private readonly WriteQueue _queue;
    private readonly MaintenanceWorker _worker;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly ITimer _later;
    private Action? _whenLater;
    private Task _atWork = Task.CompletedTask;
    private bool _closed;
    private volatile TrainingPhase _phase;
    private volatile string? _problem;
    private TimeSpan _retry = s_firstRetry;
    private long _started;
    private long _trainings;
    private double _seconds;

    /// <param name="shard">How the log calls it.</param>
    /// <param name="index">What is trained and measured.</param>
    /// <param name="queue">The writer's.</param>
    /// <param name="worker">Of the process.</param>
    /// <param name="clock">Of trainings and retries.</param>
    /// <param name="logger">For what an operator should know.</param>
    public ShardMaintenance(string shard, ITrainedIndex index, WriteQueue queue, MaintenanceWorker worker, TimeProvider clock, ILogger logger)
    {
        _shard = shard;
        _index = index;
        _queue = queue;
        _worker = worker;
        _clock = clock;
        _logger = logger;
        _later = clock.CreateTimer(_ => Interlocked.Exchange(ref _whenLater, null)?.Invoke(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RecallMonitor Recall => _index.Recall;

    /// <summary>Codes are being learnt, or about to be.</summary>
    public bool IsTraining => _phase is not (TrainingPhase.Idle or TrainingPhase.PutOff);

    public MaintenanceStats Stats
    {
        get
        {
            var phase = _phase;
            var codes = _index.HasCodes ? CodesState.Trained
                : phase is TrainingPhase.Idle or TrainingPhase.PutOff ? CodesState.Exact
                : CodesState.Training;
            return new(codes, phase, Interlocked.Read(ref _trainings), Volatile.Read(ref _seconds), _problem, Recall.Report());
        }
    }

    /// <summary>From now on the shard is looked after.</summary>
    public void Start()
    {
        _worker.Register(this);
        AskWriter();
    }

    /// <summary>Begins a training when one is due and none is under way. On the writer's turn, after rows were published.</summary>
    public void AfterPublish()
    {
        if (_phase != TrainingPhase.Idle || Volatile.Read(ref _closed))
            return;
        try
        {
            if (_index.BeginTraining() is not { } training)
                return;
            _phase = TrainingPhase.Queued;
            Hand(() => Train(training));
        }
#pragma warning disable CA1031 // Whatever it is: a shard that cannot be trained is searched exactly, and goes on writing.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            PutOff(fault);
        }
    }

    /// <summary>Measures the queries that wait. On the worker's thread.</summary>
    /// <returns>How many were measured.</returns>
    public int Measure()
    {
        var measured = 0;
        AtWork(cancel => measured = Measure(cancel));
        return measured;
    }

    /// <summary>Stops what is under way and waits until it has stopped; afterwards nothing touches the shard.</summary>
    public async ValueTask DisposeAsync()
    {
        Task atWork;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            atWork = _atWork;
        }

        await _closing.CancelAsync();
        _worker.Unregister(this);
        await _later.DisposeAsync();
        await atWork;
        _closing.Dispose();
    }

    private int Measure(CancellationToken cancel)
    {
        try
        {
            return Recall.Measure(_index.View, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 0;
        }
#pragma warning disable CA1031 // Whatever it is: the shard goes on with the effort it has, and the next measurement comes later.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            MaintenanceLog.MeasuringFailed(_logger, fault, _shard);
            return 0;
        }
    }

    private void Train(IIndexTraining training) => AtWork(cancel =>
    {
        _started = _clock.GetTimestamp();
        _phase = TrainingPhase.Learning;
        if (TryWork(() => training.Run(_worker.Threads, () => _worker.Breathe(cancel), cancel), cancel))
            CatchUp(training, cancel);
    });

    private void CatchUp(IIndexTraining training, CancellationToken cancel)
    {
        _phase = TrainingPhase.CatchingUp;
        var caughtUp = TryWork(
            () =>
            {
                for (var round = 0; round < MostRounds && training.CatchUp(_index.View, cancel) >= FewRows; round++)
                    _worker.Breathe(cancel);
            },
            cancel);
        if (caughtUp)
            OfferToWriter(training);
    }

    private void OfferToWriter(IIndexTraining training)
    {
        _phase = TrainingPhase.Adopting;
        try
        {
            _queue.Add(new MaintenanceRequest(() => Adopt(training), GiveUp));
        }
        catch (ShardOverloadedException)
        {
            // More rows will have come by then.
            Later(s_whenBusy, () => Hand(() => AtWork(cancel => CatchUp(training, cancel))));
        }
        catch (ShardUnavailableException)
        {
            GiveUp();
        }
    }

    /// <summary>On the writer's turn.</summary>
    private void Adopt(IIndexTraining training)
    {
        try
        {
            if (_index.Adopt(training))
            {
                var seconds = _clock.GetElapsedTime(_started).TotalSeconds;
                Volatile.Write(ref _seconds, seconds);
                Interlocked.Increment(ref _trainings);
                _worker.Trained(seconds);
                _problem = null;
                _retry = s_firstRetry;
                MaintenanceLog.Trained(_logger, _shard, _index.View.Count, seconds);
            }
            else
            {
                MaintenanceLog.Outdated(_logger, _shard);
            }
        }
#pragma warning disable CA1031 // Whatever it is: a shard that cannot be trained is searched exactly, and goes on writing.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            PutOff(fault);
            return;
        }

        _phase = TrainingPhase.Idle;
    }

    private bool TryWork(Action work, CancellationToken cancel)
    {
        try
        {
            work();
            return true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            GiveUp();
        }
#pragma warning disable CA1031 // Whatever it is: it is told, tried again later, and the worker serves the next shard.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            PutOff(fault);
        }

        return false;
    }

    private void PutOff(Exception fault)
    {
        _index.GiveUpTraining();
        _worker.TrainingFailed();
        _problem = fault.Message;
        _phase = TrainingPhase.PutOff;
        MaintenanceLog.TrainingFailed(_logger, fault, _shard, _retry.TotalSeconds);
        Later(_retry, () =>
        {
            _phase = TrainingPhase.Idle;
            AskWriter();
        });
        _retry = _retry * 2 < s_longestRetry ? _retry * 2 : s_longestRetry;
    }

    private void GiveUp()
    {
        _index.GiveUpTraining();
        _phase = TrainingPhase.Idle;
    }

    /// <summary>Makes the writer look whether a training is due, though nothing is written.</summary>
    private void AskWriter()
    {
        try
        {
            _queue.Add(new MaintenanceRequest(static () => { }, static () => { }));
        }
        catch (ShardOverloadedException)
        {
            // Writes are waiting: the writer looks after each of them.
        }
        catch (ShardUnavailableException)
        {
            // Closed meanwhile.
        }
    }

    private void Hand(Action work)
    {
        if (!_worker.TryAdd(work))
            GiveUp();
    }

    private void Later(TimeSpan after, Action work)
    {
        Interlocked.Exchange(ref _whenLater, work);
        _later.Change(after, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Does work that closing waits for; when the shard is closed already, none. On the worker's thread.</summary>
    private void AtWork(Action<CancellationToken> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed)
                return;
            _atWork = done.Task;
        }

        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(_worker.Stopping, _closing.Token);
            work(both.Token);
        }
        finally
        {
            done.SetResult();
        }
    }
}

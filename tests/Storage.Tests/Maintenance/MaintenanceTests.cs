using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Maintenance;

// Danger: background work that runs on the writer's thread, cannot be stopped, fails in a hot loop, or goes on after the
// shard was closed and its files removed.
// Invariant: the writer only begins and adopts; one training runs at a time in a process; each of closing, pausing and
// failing has its end; recall is measured for no more than its share.
// Method: trainings and time are scripted; the test waits for signals, never for time.
public sealed class MaintenanceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task What_the_writer_begins_the_worker_learns_and_the_writer_adopts()
    {
        using var worker = Worker(threads: 3);
        var training = new ScriptedTraining();
        training.Missed.Enqueue(5_000);
        training.Missed.Enqueue(256);
        training.Missed.Enqueue(255);
        await using var shard = Shard(worker, training);
        shard.Maintenance.Start();
        await Adopted(shard);
        Assert.Equal((3, "maintenance", 3), (training.Threads, training.ThreadName, training.Rounds));
        await shard.DisposeAsync();
        var stats = shard.Maintenance.Stats;
        Assert.Equal((CodesState.Trained, TrainingPhase.Idle, 1, null), (stats.Codes, stats.Phase, stats.Trainings, stats.Problem));
        Assert.Equal(1, worker.Report().Trainings);
    }

    [Fact]
    public async Task While_the_first_codes_are_learnt_the_shard_says_so()
    {
        using var worker = Worker();
        var training = new ScriptedTraining(ends: false);
        await using var shard = Shard(worker, training);
        Assert.Equal(CodesState.Exact, shard.Maintenance.Stats.Codes);
        shard.Maintenance.Start();
        await training.Started.Task;
        Assert.Equal((CodesState.Training, TrainingPhase.Learning), (shard.Maintenance.Stats.Codes, shard.Maintenance.Stats.Phase));
        training.End();
        await Adopted(shard);
    }

    [Fact]
    public async Task A_pause_holds_a_training_until_all_who_asked_for_it_have_ended_it()
    {
        using var worker = Worker();
        var training = new ScriptedTraining(ends: false);
        await using var shard = Shard(worker, training);
        shard.Maintenance.Start();
        await training.Breathing.WaitAsync(TestContext.Current.CancellationToken);
        var one = worker.Pause();
        var two = worker.Pause();
        one.Dispose();
        one.Dispose();
        var breaths = 0;
        while (breaths < 100 && await training.Breathing.WaitAsync(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
            breaths++;

        // One before the pause that nobody had looked at, and the one that holds.
        Assert.InRange(breaths, 0, 2);
        two.Dispose();
        Assert.True(await training.Breathing.WaitAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));
        training.End();
        await Adopted(shard);
    }

    [Fact]
    public async Task Closing_ends_a_training_and_waits_for_it_even_while_it_is_paused()
    {
        using var worker = Worker();
        var training = new ScriptedTraining(ends: false);
        var shard = Shard(worker, training);
        shard.Maintenance.Start();
        await training.Started.Task;
        using var pause = worker.Pause();
        await shard.DisposeAsync();
        Assert.Equal((1, 1), (shard.Index.Begun, shard.Index.GivenUp));
        Assert.Equal(0, shard.Index.Adopted.CurrentCount);
        Assert.Equal(0, worker.Report().FailedTrainings);
    }

    [Fact]
    public async Task The_end_of_the_process_ends_a_training()
    {
        var worker = Worker();
        var training = new ScriptedTraining(ends: false);
        await using var shard = Shard(worker, training);
        shard.Maintenance.Start();
        await training.Started.Task;
        worker.Dispose();
        Assert.True(training.WasCancelled);
        Assert.False(worker.TryAdd(() => { }));
    }

    [Fact]
    public async Task One_shard_is_trained_at_a_time()
    {
        using var worker = Worker();
        var first = new ScriptedTraining(ends: false);
        var second = new ScriptedTraining();
        await using var one = Shard(worker, first);
        await using var other = Shard(worker, second);
        one.Maintenance.Start();
        await first.Started.Task;
        other.Maintenance.AfterPublish();
        Assert.Equal((TrainingPhase.Queued, CodesState.Training), (other.Maintenance.Stats.Phase, other.Maintenance.Stats.Codes));
        Assert.False(second.Started.Task.IsCompleted);
        first.End();
        await Adopted(other);
    }

    [Fact]
    public async Task A_failure_is_told_and_tried_again_later_and_later()
    {
        using var worker = Worker();
        var fault = new InvalidOperationException("no axes");
        await using var shard = Shard(worker, new ScriptedTraining { Fault = fault }, new ScriptedTraining { Fault = fault }, new ScriptedTraining());
        shard.Maintenance.Start();
        await _clock.WhenArmedAsync();
        Assert.Equal((CodesState.Exact, TrainingPhase.PutOff, "no axes"), (shard.Maintenance.Stats.Codes, shard.Maintenance.Stats.Phase, shard.Maintenance.Stats.Problem));
        shard.Maintenance.AfterPublish();
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, shard.Index.Begun);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _clock.WhenArmedAsync();
        _clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(2, shard.Index.Begun);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Adopted(shard);
        await shard.DisposeAsync();
        Assert.Null(shard.Maintenance.Stats.Problem);
        Assert.Equal((1, 2), (worker.Report().Trainings, worker.Report().FailedTrainings));
        Assert.Equal(2, shard.Index.GivenUp);
    }

    [Fact]
    public async Task An_adoption_that_fails_is_a_failed_training_and_the_writer_goes_on()
    {
        using var worker = Worker();
        await using var shard = Shard(worker, new ScriptedTraining());
        shard.Index.Adoptions.Enqueue(() => throw new InvalidOperationException("codes of another shard"));
        shard.Maintenance.Start();
        await _clock.WhenArmedAsync();
        Assert.Equal("codes of another shard", shard.Maintenance.Stats.Problem);
        Assert.Equal(1, worker.Report().FailedTrainings);
    }

    [Fact]
    public async Task Codes_of_rows_that_were_renumbered_meanwhile_are_learnt_again_at_once()
    {
        using var worker = Worker();
        await using var shard = Shard(worker, new ScriptedTraining(), new ScriptedTraining());
        shard.Index.Adoptions.Enqueue(() => false);
        shard.Maintenance.Start();
        await Adopted(shard);
        await Adopted(shard);
        Assert.Equal(2, shard.Index.Begun);
    }

    [Fact]
    public async Task When_the_writers_queue_is_full_the_codes_are_offered_again()
    {
        using var worker = Worker();
        var training = new ScriptedTraining();
        await using var shard = new MaintainedShard(worker, _clock, Scripted(training), withWriter: false, maxQueued: 1);
        shard.Queue.Add(new MaintenanceRequest(() => { }, () => { }));
        shard.Maintenance.AfterPublish();
        await _clock.WhenArmedAsync();
        Assert.Equal(TrainingPhase.Adopting, shard.Maintenance.Stats.Phase);
        Assert.True(shard.Queue.TryTake(out _));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await shard.Queue.WaitAsync());
        Assert.True(shard.Queue.TryTake(out var request));
        Assert.IsType<MaintenanceRequest>(request).Run();
        Assert.Equal((CodesState.Trained, 2), (shard.Maintenance.Stats.Codes, training.Rounds));
    }

    [Fact]
    public async Task A_writer_that_has_stopped_ends_the_training()
    {
        using var worker = Worker();
        await using var shard = new MaintainedShard(worker, _clock, Scripted(new ScriptedTraining()), withWriter: false);
        shard.Maintenance.AfterPublish();
        Assert.True(await shard.Queue.WaitAsync());
        Assert.True(shard.Queue.TryTake(out var request));
        request.Fail(new InvalidOperationException());
        Assert.Equal((CodesState.Exact, TrainingPhase.Idle), (shard.Maintenance.Stats.Codes, shard.Maintenance.Stats.Phase));
        Assert.Equal(1, shard.Index.GivenUp);
    }

    [Fact]
    public async Task Measuring_rests_fifty_times_as_long_as_it_took()
    {
        using var worker = Worker(measuring: 2);
        var took = TimeSpan.FromMilliseconds(300);
        var index = Scripted();
        await using var shard = new MaintainedShard(worker, _clock, index);
        shard.Maintenance.Start();
        await _clock.WhenArmedAsync();
        index.OnView = () => _clock.Advance(took);
        await MeasureAsync(index, TimeSpan.FromSeconds(1));

        Offer(index);
        _clock.Advance((50 * took) - TimeSpan.FromTicks(1));
        Assert.Equal(1, index.Recall.Waiting);
        index.OnView = () => { };
        await MeasureAsync(index, TimeSpan.FromTicks(1));

        // It took no time: the next look is after the least interval.
        await MeasureAsync(index, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Shards_are_measured_in_turn()
    {
        using var worker = Worker(measuring: 2);
        var (first, second) = (Scripted(), Scripted());
        await using var one = new MaintainedShard(worker, _clock, first);
        await using var other = new MaintainedShard(worker, _clock, second);
        one.Maintenance.Start();
        other.Maintenance.Start();
        await _clock.WhenArmedAsync();
        Offer(first);
        await MeasureAsync(second, TimeSpan.FromSeconds(1), waitingAfter: null);
        Assert.Equal(1, first.Recall.Waiting + second.Recall.Waiting);
        await MeasureAsync(first, TimeSpan.FromSeconds(1), waitingAfter: null);
        Assert.Equal((0, 1), (Math.Min(first.Recall.Waiting, second.Recall.Waiting), first.Recall.Waiting + second.Recall.Waiting));
    }

    [Fact]
    public async Task Without_a_share_nothing_is_measured()
    {
        using var worker = Worker(measuring: 0);
        var index = Scripted();
        await using var shard = new MaintainedShard(worker, _clock, index);
        shard.Maintenance.Start();
        Offer(index);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, index.Recall.Waiting);
    }

    [Fact]
    public void Options_that_cannot_be_are_all_named()
    {
        var options = new MaintenanceOptions { TrainingThreads = -1, MeasuringPercent = 51 };
        var refusal = Assert.Throws<ArgumentException>(() => new MaintenanceWorker(options, _clock, NullLoggerFactory.Instance));
        Assert.Contains(nameof(options.TrainingThreads), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(options.MeasuringPercent), refusal.Message, StringComparison.Ordinal);
    }

    private static void Offer(ScriptedIndex index) => index.Recall.Offer([1, 0], new SearchOptions(), 1);

    private static ScriptedIndex Scripted(params ReadOnlySpan<ScriptedTraining> trainings)
    {
        var index = new ScriptedIndex();
        foreach (var training in trainings)
            index.Due.Enqueue(training);
        return index;
    }

    private static Task Adopted(MaintainedShard shard) => shard.Index.Adopted.WaitAsync(TestContext.Current.CancellationToken);

    private MaintenanceWorker Worker(int threads = 0, int measuring = 0) =>
        new(new MaintenanceOptions { TrainingThreads = threads, MeasuringPercent = measuring }, _clock, NullLoggerFactory.Instance);

    private MaintainedShard Shard(MaintenanceWorker worker, params ReadOnlySpan<ScriptedTraining> trainings) => new(worker, _clock, Scripted(trainings));

    /// <summary>A query is offered, time passes, and the measurement is over when the timer is set for the next.</summary>
    private async Task MeasureAsync(ScriptedIndex index, TimeSpan after, int? waitingAfter = 0)
    {
        Offer(index);
        _clock.Advance(after);
        await _clock.WhenArmedAsync();
        if (waitingAfter is { } waiting)
            Assert.Equal(waiting, index.Recall.Waiting);
    }
}

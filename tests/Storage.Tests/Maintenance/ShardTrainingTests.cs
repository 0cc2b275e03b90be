using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Maintenance;

// Danger: a shard that never gets its codes, loses them or the documents written meanwhile, or whose promise a change of
// the index does not reach.
// Invariant: enough documents are coded in the background, whether written or replayed, and all are found before, during
// and after; closing never waits for a training.
// Method: whole shards on a simulated disk with the real index; the test asks until the state is there.
public sealed class ShardTrainingTests
{
    private const int Enough = 4_500;
    private static readonly MaintenanceOptions Unmeasured = new() { TrainingThreads = 1, MeasuringPercent = 0 };

    [Fact]
    public async Task Enough_documents_are_coded_and_still_found()
    {
        using var worker = Worker();
        await using var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        await FillAsync(shard, 0, 1_000);
        Assert.Equal(CodesState.Exact, shard.Stats.Maintenance.Codes);
        await FillAsync(shard, 1_000, Enough);
        await WhenAsync(shard, CodesState.Trained);
        await FillAsync(shard, Enough, Enough + 300);
        foreach (var seed in new[] { 3, 2_000, Enough - 1, Enough + 299 })
            Assert.Equal($"d{seed}", Best(shard, seed).Hits[0].Id);
        Assert.Equal(1, worker.Report().Trainings);
        Assert.Equal(1, shard.Stats.Maintenance.Trainings);
    }

    [Fact]
    public async Task A_shard_that_is_opened_is_coded_without_a_write()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
            await FillAsync(shard, 0, Enough);
        using var worker = Worker();
        await using var reopened = await Samples.OpenAsync(disk, options => options.Maintenance = worker);
        await WhenAsync(reopened, CodesState.Trained);
        Assert.Equal("d77", Best(reopened, 77).Hits[0].Id);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_training_that_is_paused()
    {
        using var worker = Worker();
        using var pause = worker.Pause();
        var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        await FillAsync(shard, 0, Enough);
        Assert.Equal((CodesState.Training, TrainingPhase.Queued), (shard.Stats.Maintenance.Codes, shard.Stats.Maintenance.Phase));
        await shard.DisposeAsync();
        Assert.Equal(0, worker.Report().Trainings);
    }

    [Fact]
    public async Task What_is_written_and_replaced_while_codes_are_learnt_is_coded_too()
    {
        using var worker = Worker();
        await using var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        var pause = worker.Pause();
        await FillAsync(shard, 0, Enough);
        await FillAsync(shard, Enough, Enough + 1_000);
        await shard.WriteAsync([.. Enumerable.Range(0, 200).Select(i => Samples.Upsert($"d{i}", seed: 100_000 + i))]);
        pause.Dispose();
        await WhenAsync(shard, CodesState.Trained);
        Assert.Equal(Enough + 1_000, shard.View.Count);
        Assert.Equal($"d{Enough + 999}", Best(shard, Enough + 999).Hits[0].Id);
        Assert.Equal("d7", Best(shard, 100_007).Hits[0].Id);
        Assert.NotEqual("d7", Best(shard, 7).Hits[0].Id);
    }

    [Fact]
    public async Task An_added_field_keeps_what_was_measured_and_codes_are_learnt_again()
    {
        using var worker = Worker();
        await using var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        await FillAsync(shard, 0, Enough);
        await WhenAsync(shard, CodesState.Trained);
        var monitor = shard.View.Recall;
        FieldSchema wider = new([.. Samples.Schema.Fields, new("size", FieldType.Number)]);
        await shard.ReconfigureAsync(Samples.Descriptor with { IndexVersion = 2, Schema = wider });
        Assert.Same(monitor, shard.View.Recall);
        await WhenAsync(shard, CodesState.Trained);
    }

    [Fact]
    public async Task Another_quantization_is_followed_without_a_write_and_holds_when_the_shard_is_opened_again()
    {
        var disk = new SimulatedDisk();
        using var worker = Worker();
        await using (var shard = await Samples.CreateAsync(disk, options => options.Maintenance = worker))
        {
            await FillAsync(shard, 0, Enough);
            await WhenAsync(shard, CodesState.Trained);
            var int8 = shard.Stats.Memory.Codes;
            await shard.ReconfigureAsync(Samples.Descriptor with { IndexVersion = 2, Quantization = Quantization.Binary });
            await Until(() => shard.Stats.Maintenance.Trainings == 2);
            Assert.InRange(shard.Stats.Memory.Codes, 1, int8 - 1);
            Assert.Equal("d77", Best(shard, 77).Hits[0].Id);

            await shard.ReconfigureAsync(Samples.Descriptor with { IndexVersion = 3, Quantization = Quantization.None });
            Assert.Equal((CodesState.Exact, 0), (shard.Stats.Maintenance.Codes, shard.Stats.Memory.Codes));
            Assert.Equal("d77", Best(shard, 77).Hits[0].Id);
        }

        await using var reopened = await Samples.OpenAsync(disk, options => options.Maintenance = worker);
        Assert.Equal(Quantization.None, reopened.Descriptor.Quantization);
        await FillAsync(reopened, 0, 1);
        Assert.Equal((CodesState.Exact, TrainingPhase.Idle), (reopened.Stats.Maintenance.Codes, reopened.Stats.Maintenance.Phase));
    }

    [Fact]
    public async Task Another_target_reaches_the_searches_of_a_live_shard()
    {
        using var worker = Worker();
        await using var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        var before = shard.View.Recall.EffortFor(1);
        await shard.ReconfigureAsync(Samples.Descriptor with { IndexVersion = 2, TargetRecall = 0.99 });
        Assert.Equal(0.99, shard.View.Recall.TargetRecall);
        Assert.True(shard.View.Recall.EffortFor(1) > before);
    }

    [Fact]
    public async Task Recall_of_real_searches_is_measured_in_the_background()
    {
        using var worker = new MaintenanceWorker(new MaintenanceOptions { TrainingThreads = 1, MeasuringPercent = 50 }, TimeProvider.System, NullLoggerFactory.Instance);
        await using var shard = await Samples.CreateAsync(new SimulatedDisk(), options => options.Maintenance = worker);
        await FillAsync(shard, 0, Enough);
        await WhenAsync(shard, CodesState.Trained);
        for (var seed = 0; seed < 20; seed++)
            Best(shard, seed);
        await Until(() => worker.Report().MeasuredQueries > 0);
        var band = Assert.Single(shard.Stats.Maintenance.Recall);
        Assert.Equal("all", band.Selectivity);
        Assert.InRange(band.Recall, 0.5, 1);
        Assert.InRange(worker.Report().MeasuredQueries, 1, 20);
    }

    [Fact]
    public async Task Dead_rows_go_when_they_are_three_of_ten_but_not_while_codes_are_learnt()
    {
        const int Rows = 20_100;
        var disk = new SimulatedDisk();
        using var worker = Worker();
        var pause = worker.Pause();
        await using var shard = await Samples.CreateAsync(disk, options => options.Maintenance = worker);
        await FillAsync(shard, 0, Rows);
        await FillAsync(shard, 0, 10_050);
        Assert.Equal(10_050, shard.View.DeadRows);
        pause.Dispose();
        await Until(() => shard.View.DeadRows == 0);
        Assert.True(shard.View.HasCodes);
        Assert.Equal("d9", Best(shard, 9).Hits[0].Id);
    }

    private static MaintenanceWorker Worker() => new(Unmeasured, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task FillAsync(ShardEngine shard, int from, int to)
    {
        foreach (var some in Enumerable.Range(from, to - from).Chunk(1_000))
            await shard.WriteAsync([.. some.Select(i => Samples.Upsert($"d{i}", seed: i))]);
    }

    private static SearchOutcome Best(ShardEngine shard, int seed)
    {
        var query = new float[Samples.Dimensions];
        Buffer.BlockCopy(Samples.Vector(seed), 0, query, 0, Samples.Dimensions * sizeof(float));
        return shard.View.Search(query, new SearchOptions { TopK = 3 });
    }

    private static Task WhenAsync(ShardEngine shard, CodesState codes) => Until(() => shard.Stats.Maintenance is { Phase: TrainingPhase.Idle } now && now.Codes == codes);

    /// <summary>The work of another thread that tells nobody: looked at until it is there. The test's own time limit ends it.</summary>
    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

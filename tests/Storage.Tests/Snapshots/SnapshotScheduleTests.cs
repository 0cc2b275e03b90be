using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Snapshots;

// Danger: a shard that is never saved, or all the time; one that loses its codes when it is closed; writes that wait for
// a snapshot.
// Invariant: it is saved in the background when enough log has come, when codes were learnt, and on closing; small shards
// are not; writes go on meanwhile; files do not pile up.
// Method: whole shards with the real worker; the test asks until the state is there.
public sealed class SnapshotScheduleTests : IDisposable
{
    private const int Enough = 4_500;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "clip-snapshots-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Enough_log_is_saved_in_the_background_and_again_when_as_much_has_come()
    {
        using var worker = Worker();
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk, options => (options.Maintenance, options.SnapshotEveryBytes) = (worker, 200_000));
        await FillAsync(shard, 0, 100);
        Assert.Equal(0, shard.Stats.Snapshots.Taken);
        for (var taken = 1; taken < 4; taken++)
        {
            await FillAsync(shard, taken * 2_000, (taken * 2_000) + 2_000);
            await UntilAsync(shard, () => shard.Stats.Snapshots.Taken >= taken);
        }

        await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept));
        Assert.True(opened.Stats.Snapshots.Sequence > 0);
        Assert.Equal(await Answers.OfAsync(shard, withDocuments: false), await Answers.OfAsync(opened, withDocuments: false));
    }

    [Fact]
    public async Task Codes_that_were_learnt_are_there_at_once_when_it_is_opened_again()
    {
        using var worker = Worker();
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk, options => options.Maintenance = worker))
        {
            await FillAsync(shard, 0, Enough);
            await UntilAsync(shard, () => shard.Stats.Snapshots.Taken > 0);
            Assert.Equal(CodesState.Trained, shard.Stats.Maintenance.Codes);
            await FillAsync(shard, Enough, Enough + 200);
        }

        // Killed or closed, and without anybody to learn anew.
        await using var opened = await Samples.OpenAsync(disk);
        Assert.True(opened.View.HasCodes);
        Assert.Equal($"d{Enough + 100}", opened.View.Search(Query(Enough + 100), new SearchOptions()).Hits[0].Id);
    }

    [Fact]
    public async Task Closing_saves_a_long_tail_and_leaves_a_short_one_to_the_log()
    {
        foreach (var (rows, saved) in new[] { (50, false), (2_000, true) })
        {
            var disk = new SimulatedDisk();
            await using (var shard = await Samples.CreateAsync(disk, options => options.SnapshotEveryBytes = 1 << 20))
                await FillAsync(shard, 0, rows);
            await using var opened = await Samples.OpenAsync(disk);
            Assert.Equal(saved, opened.Stats.Snapshots.Sequence > 0);
            Assert.Equal(rows, opened.View.Count);
        }

        var never = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(never, options => options.SnapshotEveryBytes = 0))
            await FillAsync(shard, 0, 2_000);
        Assert.DoesNotContain(never.List(Samples.Directory), static file => file.Name.StartsWith("snapshot", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PreciseVectors.Mapped)]
    [InlineData(PreciseVectors.Memory)]
    public async Task On_a_real_disk_vectors_are_read_from_the_files_and_nothing_is_left_over(PreciseVectors place)
    {
        using var worker = Worker();
        var descriptor = Samples.Descriptor with { Dimensions = 4_096 };
        var options = new ShardOptions { Maintenance = worker, SnapshotEveryBytes = 1L << 40, PreciseVectors = place };
        await using (var shard = await ShardEngine.CreateAsync(_directory, descriptor, options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            await WideAsync(shard, 0, 700);
            await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            await WideAsync(shard, 650, 900);
            await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            await WideAsync(shard, 900, 901);
            var block = 64L * 4_096 * sizeof(float);
            Assert.Equal(place == PreciseVectors.Mapped ? 14 * block : 0, shard.Stats.Memory.Mapped);
        }

        var names = Directory.EnumerateFiles(_directory).Select(Path.GetFileName).ToList();
        Assert.Equal(2, names.Count(static name => name!.StartsWith("snapshot.", StringComparison.Ordinal)));
        Assert.Equal(2, names.Count(static name => name!.StartsWith("rows.", StringComparison.Ordinal)));
        Assert.Single(names, static name => name!.StartsWith("vectors.", StringComparison.Ordinal));
        await using var opened = await ShardEngine.OpenAsync(_directory, options, NullLoggerFactory.Instance, TimeProvider.System, cancel: TestContext.Current.CancellationToken);
        Assert.True(opened.Stats.Snapshots.Sequence > 0);
        Assert.Equal(place == PreciseVectors.Mapped, opened.Stats.Memory.Mapped > 0);
        var vector = new float[4_096];
        for (var i = 0; i < 901; i += 50)
        {
            Assert.True(opened.View.TryGet($"d{i}", out var row));
            opened.View.CopyVector(row, vector);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()).SequenceEqual(Samples.Vector(i, 4_096)));
        }

        await WideAsync(opened, 901, 1_100);
        Assert.Equal(1_100, opened.View.Count);
    }

    private static MaintenanceWorker Worker() =>
        new(new MaintenanceOptions { TrainingThreads = 1, MeasuringPercent = 0 }, TimeProvider.System, NullLoggerFactory.Instance);

    private static float[] Query(int seed) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Samples.Vector(seed)).ToArray();

    private static async Task FillAsync(ShardEngine shard, int from, int to)
    {
        for (var first = from; first < to; first += 500)
            await shard.WriteAsync([.. Enumerable.Range(first, Math.Min(500, to - first)).Select(static i => Samples.Upsert($"d{i}", """{"colour":"red"}""", i))]);
    }

    private static async Task WideAsync(ShardEngine shard, int from, int to)
    {
        for (var first = from; first < to; first += 50)
            await shard.WriteAsync([.. Enumerable.Range(first, Math.Min(50, to - first)).Select(static i => Samples.Upsert($"d{i}") with { Vector = Samples.Vector(i, 4_096) })]);
    }

    /// <summary>Writes are what makes time pass here: each takes the writer's turn, on which it is looked what is due.</summary>
    private static async Task UntilAsync(ShardEngine shard, Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"it does not come: {shard.Stats}");
            await shard.WriteOneAsync(Samples.Delete("nothing"));
            await Task.Yield();
        }
    }
}

using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Faults;

// Danger: the time of day is set, by a year, forward or back, while a shard serves.
// Invariant: what comes later stays later; times of a document never go back; nothing waits for a year or ends at once.
// Method: a clock whose time of day jumps while the time that passes does not.
public sealed class ClockJumpTests
{
    private static readonly TimeSpan s_year = TimeSpan.FromDays(365);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task I1_Order_and_times_of_documents_survive_a_jump_of_a_year(int direction)
    {
        var (disk, clock) = (new SimulatedDisk(), new JumpingClock());
        var started = clock.GetUtcNow();
        await using var shard = await ShardEngine.CreateAsync(
            disk, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, clock, TestContext.Current.CancellationToken);
        await shard.WriteOneAsync(Samples.Upsert("a", """{"version":1}"""));
        clock.Jump(direction * s_year);
        await shard.WriteOneAsync(Samples.Patch("a", """{"version":2}"""));
        await shard.WriteOneAsync(Samples.Upsert("b"));
        clock.Jump(-direction * s_year);
        await shard.WriteOneAsync(Samples.Upsert("a", """{"version":3}"""));
        await shard.WriteOneAsync(Samples.Upsert("a", """{"version":3}"""));

        var a = (await shard.GetAsync("a", includeVector: false))!;
        Assert.Equal("""{"version":3}""", await shard.MetadataAsync("a"));
        Assert.Equal(started, a.CreatedAt);
        Assert.Equal(direction > 0 ? started + s_year : started, a.UpdatedAt);
        Assert.Equal(2, shard.View.Count);

        // The next owner begins a year earlier still: numbers and epochs say what comes later, not times.
        clock.Jump(-2 * s_year);
        var crashed = disk.AfterCrash(Unforced.Lost);
        await using var opened = await ShardEngine.OpenAsync(
            crashed, Samples.Directory, Samples.SmallPages(), NullLoggerFactory.Instance, clock, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(await shard.DumpAsync(), await opened.DumpAsync());
        await opened.WriteOneAsync(Samples.Upsert("a", """{"version":4}"""));
        Assert.Equal("""{"version":4}""", await opened.MetadataAsync("a"));
        Assert.True((await opened.GetAsync("a", includeVector: false))!.UpdatedAt >= a.UpdatedAt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Segments_that_searches_may_still_read_stay_for_a_minute_of_passing_time(int direction)
    {
        var disk = new SimulatedDisk();
        var clock = new JumpingClock();
        using var worker = new Storage.Maintenance.MaintenanceWorker(new() { MeasuringPercent = 0 }, clock, NullLoggerFactory.Instance);
        var options = Samples.SmallPages(options =>
        {
            options.Maintenance = worker;
            options.CompactionBytesPerSecond = 0;
        });
        await using var shard = await ShardEngine.CreateAsync(
            disk, Samples.Directory, Samples.Descriptor, options, NullLoggerFactory.Instance, clock, TestContext.Current.CancellationToken);
        for (var round = 0; shard.Stats.Compaction.FreedBytes == 0; round++)
        {
            Assert.True(round < 50, "nothing was given back");
            await shard.WriteAsync([Samples.Upsert("big", image: Samples.Noise(400_000, round))]);
            await shard.WriteAsync([]);
            await shard.WhenCompacted;
        }

        clock.Jump(direction * s_year);
        await WorkAsync();
        Assert.True(disk.Exists(new ShardFiles(Samples.Directory).Segment(0)), "the jump took a segment away");
        clock.Pass(RetiredSegments.Kept);
        await WorkAsync();
        Assert.False(disk.Exists(new ShardFiles(Samples.Directory).Segment(0)), "the jump keeps a segment");

        async Task WorkAsync()
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Assert.True(worker.TryAdd(done.SetResult));
            await done.Task;
        }
    }

    /// <summary>A time of day that can be set, and passing time that cannot.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private readonly Maintenance.ManualClock _passing = new();
        private TimeSpan _set = TimeSpan.FromDays(365 * 50);

        public override long TimestampFrequency => _passing.TimestampFrequency;

        public void Jump(TimeSpan time) => _set += time;

        public void Pass(TimeSpan time) => _passing.Advance(time);

        public override DateTimeOffset GetUtcNow() => _passing.GetUtcNow() + _set;

        public override long GetTimestamp() => _passing.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _passing.CreateTimer(callback, state, dueTime, period);
    }
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Following;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Maintenance;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Following;

// Danger: a follower shows what a power cut or a new owner takes back; or it goes on in a file that nobody owns any more.
// Invariant: I1; only what is marked, by an owner that was not replaced when that was seen, is shown. Nothing is written.
// Method: owners that are held up between forcing, marking and looking, with a follower that looks at each moment.
public sealed class FollowedMarkTests
{
    private static readonly TimeSpan s_aMoment = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(60);

    private readonly SimulatedDisk _volume = new();

    [Fact]
    public async Task I1_What_is_written_and_not_forced_is_not_shown()
    {
        var held = new HeldDisk();
        await using var owner = await ShardEngine.CreateAsync(held, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
        await owner.WriteOneAsync(Samples.Upsert("before"));
        await using var follower = await FollowAsync(held.Free);
        Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time, TestContext.Current.CancellationToken));
        var stopped = held.HoldNextFlush();
        var writing = owner.WriteOneAsync(Samples.Upsert("unforced"));
        await stopped;
        Assert.True(held.Free.Bytes(Samples.Directory + "/log.0").AsSpan().IndexOf("unforced"u8) > 0);
        Assert.False(await follower.CatchUpAsync(owner.AppliedSequence + 1, s_aMoment, TestContext.Current.CancellationToken));
        Assert.Null(await follower.GetAsync("unforced", includeVector: false, TestContext.Current.CancellationToken));
        held.Release();
        await writing;
        Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time, TestContext.Current.CancellationToken));
        Assert.NotNull(await follower.GetAsync("unforced", includeVector: false, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task I1_A_mark_of_an_owner_that_is_being_replaced_waits_for_that_of_its_successor()
    {
        var host = new HostDisk(_volume);
        await using var old = await OpenAsync(host, "a", create: true);
        await old.WriteOneAsync(Samples.Upsert("before"));
        await using var follower = await FollowAsync(_volume);
        Assert.True(await follower.CatchUpAsync(old.AppliedSequence, s_time, TestContext.Current.CancellationToken));

        // Claimed by another while the group is on its way to the device: it is forced and marked, and not answered.
        host.Before = operation =>
        {
            if (operation == "flush log.0" && !_volume.Exists(Samples.Directory + "/epoch.3"))
                _volume.Open(Samples.Directory + "/epoch.3").Dispose();
        };
        await Assert.ThrowsAsync<ShardFencedException>(async () => await old.WriteOneAsync(Samples.Upsert("unanswered")));
        Assert.False(await follower.CatchUpAsync(old.AppliedSequence + 1, s_aMoment, TestContext.Current.CancellationToken));
        Assert.True(follower.Following is { LagBytes: > 0, Problem: null }, follower.Following.ToString());
        Assert.True(follower.Following.Lag > TimeSpan.Zero);

        await using var next = await OpenAsync(new HostDisk(_volume), "b");
        Assert.True(await follower.CatchUpAsync(next.AppliedSequence, s_time, TestContext.Current.CancellationToken));
        Assert.Equal(await next.DumpAsync(), await follower.DumpAsync());
    }

    [Fact]
    public async Task I1_What_a_replaced_owner_writes_late_into_its_own_files_is_never_shown()
    {
        var host = new HostDisk(_volume);
        var old = await OpenAsync(host, "a", create: true);
        await old.WriteOneAsync(Samples.Upsert("before"));
        await using var follower = await FollowAsync(_volume);
        Assert.True(await follower.CatchUpAsync(old.AppliedSequence, s_time, TestContext.Current.CancellationToken));
        Assert.NotNull(await follower.GetAsync("before", includeVector: true, TestContext.Current.CancellationToken));

        using var stopped = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        host.Before = operation =>
        {
            if (operation != "write log.0")
                return;
            stopped.Set();
            goesOn.Wait();
        };
        var late = Task.Run(async () => await old.WriteOneAsync(Samples.Upsert("late.", seed: 1)));
        stopped.Wait(TestContext.Current.CancellationToken);
        await using (var next = await OpenAsync(new HostDisk(_volume), "b"))
        {
            // As long as the other, at the same place, in another file.
            goesOn.Set();
            await Assert.ThrowsAnyAsync<ShardException>(() => late);
            await next.WriteOneAsync(Samples.Upsert("right", seed: 2));
            Assert.True(await follower.CatchUpAsync(next.AppliedSequence, s_time, TestContext.Current.CancellationToken));
            Assert.Equal(["before", "right"], (await follower.DumpAsync()).Keys);
            Assert.Equal(await next.DumpAsync(), await follower.DumpAsync());
        }

        await old.DisposeAsync();
    }

    [Fact]
    public async Task A_follower_changes_nothing_and_is_told_when_the_shard_is_gone()
    {
        await using (var owner = await OpenAsync(new HostDisk(_volume), "a", create: true))
        {
            for (var i = 0; i < 20; i++)
                await owner.WriteOneAsync(Samples.Upsert($"d{i}", image: Samples.Noise(50_000, i)));
            await owner.SnapshotAsync(TestContext.Current.CancellationToken);
        }

        var (operations, names) = (_volume.Operations, _volume.List(Samples.Directory).Select(static file => file.Name).ToList());
        await using var follower = await FollowAsync(_volume);
        Assert.Equal(20, (await follower.DumpAsync()).Count);
        await follower.ConfirmAsync(TestContext.Current.CancellationToken);
        Assert.Equal(operations, _volume.Operations);
        Assert.Equal(names, _volume.List(Samples.Directory).Select(static file => file.Name));
        Assert.True(follower.Stats is { Documents: 20, Epoch: 2 } stats && stats.Snapshots.Sequence > 0, follower.Stats.ToString());

        foreach (var name in names)
            _volume.Delete($"{Samples.Directory}/{name}");
        await follower.CatchUpAsync(long.MaxValue, TimeSpan.Zero, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ShardFencedException>(async () => await follower.ConfirmAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => FollowAsync(_volume));
    }

    [Fact]
    public async Task A_follower_that_stood_still_looks_before_it_answers()
    {
        var clock = new ManualClock();
        await (await OpenAsync(new HostDisk(_volume), "a", create: true)).DisposeAsync();
        await using var follower = await ShardFollower.OpenAsync(_volume, Samples.Directory, Samples.SmallPages(), NullLoggerFactory.Instance, clock, cancel: TestContext.Current.CancellationToken);
        await follower.ConfirmAsync(TestContext.Current.CancellationToken);
        await using (var owner = await OpenAsync(new HostDisk(_volume), "b"))
            await owner.WriteOneAsync(Samples.Upsert("new"));
        Assert.Equal(0, follower.View.Count);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        await follower.ConfirmAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMinutes(1));
        await follower.ConfirmAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, follower.View.Count);
        Assert.Equal(TimeSpan.Zero, follower.Following.Lag);
    }

    [Fact]
    public async Task A_newer_snapshot_takes_the_place_of_what_was_replayed_and_memory_stays()
    {
        var clock = new ManualClock();
        await using var owner = await OpenAsync(new HostDisk(_volume), "a", create: true);
        var options = Samples.SmallPages(static options => options.SnapshotEveryBytes = 1 << 20);
        await using var follower = await ShardFollower.OpenAsync(_volume, Samples.Directory, options, NullLoggerFactory.Instance, clock, cancel: TestContext.Current.CancellationToken);
        for (var round = 1; round <= 6; round++)
        {
            await owner.WriteAsync([.. Enumerable.Range(0, 300).Select(i => Samples.Upsert($"d{i}", $$"""{"price":{{round}},"pad":"{{new string('p', 4_000)}}"}""", i + round))]);
            await owner.SnapshotAsync(TestContext.Current.CancellationToken);
            while (follower.Following.Rebases < round)
            {
                // Each of these lets it look once.
                clock.Advance(TimeSpan.FromSeconds(6));
                await follower.WhenRebased;
                await Task.Yield();
            }

            Assert.Equal(await owner.DumpAsync(), await follower.DumpAsync());
            Assert.Equal(owner.Stats.Snapshots.Sequence, follower.Stats.Snapshots.Sequence);
            Assert.InRange(follower.View.DeadRows, 0, owner.View.DeadRows + 300);
        }

        Assert.Null(follower.Following.Problem);
    }

    [Fact]
    public async Task A_follower_of_damaged_files_says_so_and_goes_on_when_they_are_whole_again()
    {
        await using var owner = await OpenAsync(new HostDisk(_volume), "a", create: true);
        await owner.WriteOneAsync(Samples.Upsert("before"));
        await using var follower = await FollowAsync(_volume);
        Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time, TestContext.Current.CancellationToken));
        await owner.WriteOneAsync(Samples.Upsert("damaged"));
        var right = _volume.Bytes(Samples.Directory + "/log.0");
        _volume.Tamper(Samples.Directory + "/log.0", static bytes =>
        {
            bytes[bytes.AsSpan().IndexOf("damaged"u8)] ^= 1;
            return bytes;
        });
        Assert.False(await follower.CatchUpAsync(owner.AppliedSequence, s_aMoment, TestContext.Current.CancellationToken));
        Assert.Contains("log.0", follower.Following.Problem);
        Assert.NotNull(await follower.GetAsync("before", includeVector: false, TestContext.Current.CancellationToken));
        _volume.Tamper(Samples.Directory + "/log.0", _ => right);
        Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time, TestContext.Current.CancellationToken), follower.Following.ToString());
        Assert.Null(follower.Following.Problem);
    }

    [Theory]
    [InlineData(PreciseVectors.Memory)]
    [InlineData(PreciseVectors.Mapped)]
    public async Task Without_Sync_a_follower_shows_what_the_system_has(PreciseVectors vectors)
    {
        await using var owner = await Samples.CreateAsync(_volume, static options => options.Sync = false);
        var options = Samples.SmallPages(options =>
        {
            options.Sync = false;
            options.PreciseVectors = vectors;
        });
        await using var follower = await ShardFollower.OpenAsync(_volume, Samples.Directory, options, NullLoggerFactory.Instance, TimeProvider.System, cancel: TestContext.Current.CancellationToken);
        for (var i = 0; i < 50; i++)
        {
            await owner.WriteOneAsync(Samples.Upsert($"d{i}", image: Samples.Noise(20_000, i)));
            if (i % 20 == 10)
                await owner.SnapshotAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(await follower.CatchUpAsync(owner.AppliedSequence, s_time, TestContext.Current.CancellationToken), follower.Following.ToString());
        Assert.Equal(await owner.DumpAsync(), await follower.DumpAsync());
    }

    private static Task<ShardFollower> FollowAsync(SimulatedDisk disk) =>
        ShardFollower.OpenAsync(disk, Samples.Directory, Samples.SmallPages(static options => options.IsOwnerGone = static _ => true), NullLoggerFactory.Instance, TimeProvider.System);

    private static Task<ShardEngine> OpenAsync(HostDisk host, string name, bool create = false)
    {
        var options = Samples.SmallPages(options =>
        {
            options.OwnerName = name;
            options.OwnerLease = TimeSpan.Zero;
            options.IsOwnerGone = static _ => true;
        });
        return create
            ? ShardEngine.CreateAsync(host, Samples.Directory, Samples.Descriptor, options, NullLoggerFactory.Instance, TimeProvider.System)
            : ShardEngine.OpenAsync(host, Samples.Directory, options, NullLoggerFactory.Instance, TimeProvider.System);
    }
}

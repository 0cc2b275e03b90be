using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Maintenance;
using ClipOrleans.Storage.Tests.Snapshots;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Fencing;

// Danger: an owner that the cluster gave up for dead lives (it was stopped, or cut off), and goes on beside its successor.
// Invariant: I4; nothing that it was answered is lost, nothing more is acknowledged, and after a lease nothing is answered.
// Method: machines that share files and no locks; the old owner is held up at any operation while another takes the shard
// from it, and then goes on; the clock is the test's.
public sealed class I4_TakeoverTests
{
    private readonly SimulatedDisk _volume = new();
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task I4_Without_a_word_that_the_owner_is_gone_nobody_takes_the_shard_whatever_the_lock_says()
    {
        await using var first = await CreateAsync(new HostDisk(_volume), "a");
        var refused = await Assert.ThrowsAsync<ShardLockedException>(() => OpenAsync(new HostDisk(_volume), "b", isGone: false));
        Assert.Contains("silo 'a'", refused.Message);
        Assert.Equal(2, (await WriteAsync(first, "x")).Sequence);
        first.ConfirmOwner();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task I1_I4_What_the_last_owner_was_answered_is_there_and_it_is_answered_nothing_more(bool sharedLocks)
    {
        var host = new HostDisk(_volume);
        await using var old = await CreateAsync(host, "a");
        await WriteAsync(old, "before");
        await using var next = await OpenAsync(sharedLocks ? host : new HostDisk(_volume), "b", isGone: true);
        var late = WriteAsync(old, "late");
        await Assert.ThrowsAsync<ShardFencedException>(() => late);
        Assert.Throws<ShardFencedException>(old.ConfirmOwner);
        await Assert.ThrowsAnyAsync<ShardException>(() => old.SnapshotAsync(TestContext.Current.CancellationToken));

        var written = WriteAsync(next, "after");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await written;
        next.ConfirmOwner();
        Assert.Equal(["after", "before"], (await next.DumpAsync()).Keys);
    }

    [Fact]
    public async Task A_shard_that_was_closed_is_opened_without_asking_anybody()
    {
        await (await CreateAsync(new HostDisk(_volume), "a")).DisposeAsync();
        var options = Options("b", _ => throw new InvalidOperationException("nobody is to be asked for"));
        await using var next = await ShardEngine.OpenAsync(new HostDisk(_volume), Samples.Directory, options, NullLoggerFactory.Instance, _clock);
        Assert.Equal(2, (await WriteAsync(next, "at once")).Sequence);
        Assert.DoesNotContain(_volume.List(Samples.Directory), static file => ShardFiles.TryParseClaim(file.Name, out _));
    }

    [Fact]
    public async Task A_silo_opens_its_own_shard_again_without_asking()
    {
        var host = new HostDisk(_volume);
        var crashed = await CreateAsync(host, "a");
        await Assert.ThrowsAsync<ShardLockedException>(() => OpenAsync(host, "a", isGone: true));
        await crashed.DisposeAsync();
        await using var again = await OpenAsync(host, "a", isGone: false);
    }

    [Fact]
    public async Task I3_Nothing_new_is_acknowledged_while_the_last_owner_may_still_answer()
    {
        await using var old = await CreateAsync(new HostDisk(_volume), "a");
        await WriteAsync(old, "before");
        old.ConfirmOwner();
        await using var next = await OpenAsync(new HostDisk(_volume), "b", isGone: true);
        var written = WriteAsync(next, "after");
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        old.ConfirmOwner();
        Assert.False(written.IsCompleted);
        Assert.NotNull(await next.GetAsync("before", includeVector: false));
        _clock.Advance(TimeSpan.FromSeconds(0.61));
        Assert.Throws<ShardFencedException>(old.ConfirmOwner);
        Assert.False(written.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await written;
    }

    [Fact]
    public async Task I4_An_owner_that_stood_still_looks_before_its_first_answer()
    {
        await using var old = await CreateAsync(new HostDisk(_volume), "a");
        old.ConfirmOwner();
        _clock.Advance(TimeSpan.FromMinutes(1));
        old.ConfirmOwner();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using var next = await OpenAsync(new HostDisk(_volume), "b", isGone: true);
        Assert.Throws<ShardFencedException>(old.ConfirmOwner);
    }

    [Fact]
    public async Task I4_An_owner_that_is_stopped_while_it_looks_gives_no_word_on_what_it_saw()
    {
        var host = new HostDisk(_volume);
        await using var old = await CreateAsync(host, "a");
        ShardEngine? next = null;
        host.Before = operation =>
        {
            if (operation != "look shard.lock" && operation != "read shard.json")
                return;
            host.Before = null;
            next = OpenAsync(new HostDisk(_volume), "b", isGone: true).GetAwaiter().GetResult();
            _clock.Advance(TimeSpan.FromMinutes(1));
        };
        Assert.Throws<ShardFencedException>(old.ConfirmOwner);
        await next!.DisposeAsync();
    }

    [Fact]
    public async Task Confirming_ten_thousand_times_looks_twice_a_lease()
    {
        var host = new HostDisk(_volume);
        await using var shard = await CreateAsync(host, "a");
        var looks = 0;
        host.Before = operation => looks += operation == "read shard.json" ? 1 : 0;
        for (var i = 0; i < 10_000; i++)
        {
            shard.ConfirmOwner();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(looks, 18, 21);
    }

    [Theory]
    [InlineData("rename shard.json")]
    [InlineData("open shard.json.2.tmp")]
    [InlineData("write shard.json.2.tmp")]
    public async Task I4_A_manifest_that_is_put_in_place_late_takes_nobodys(string moment)
    {
        var host = new HostDisk(_volume);
        await using var old = await CreateAsync(host, "a");
        await using var next = await TakenAtAsync(host, moment, async () => await old.ReconfigureAsync(Samples.Descriptor with { IndexVersion = 2 }));
        Assert.Equal(3, ShardManifest.Parse(_volume.Bytes(Samples.Directory + "/shard.json"), "shard.json").Epoch);
        Assert.Equal(2, next.Descriptor.IndexVersion);
        next.ConfirmOwner();
    }

    [Theory]
    [InlineData("create epoch.3")]
    [InlineData("open shard.json.3.tmp")]
    [InlineData("rename shard.json")]
    [InlineData("delete epoch.3")]
    [InlineData("open commit.mark.3.tmp")]
    [InlineData("rename commit.mark")]
    public async Task I4_An_owner_that_heals_late_takes_nothing_back(string moment)
    {
        var host = new HostDisk(_volume);
        await using var old = await CreateAsync(host, "a");
        await WriteAsync(old, "before");
        _volume.FailOnly = static operation => operation == "flush log.0";
        _volume.FailFrom = 0;
        await Assert.ThrowsAsync<ShardUnavailableException>(() => WriteAsync(old, "refused"));
        _volume.FailFrom = int.MaxValue;
        await using var next = await TakenAtAsync(host, moment, () => WriteAsync(old, "late"));
        var written = WriteAsync(next, "after");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await written;
        next.ConfirmOwner();

        // Whether what was refused counts is open until the shard is opened: cut by one who heals, found by one who opens.
        var documents = await next.DumpAsync();
        Assert.Equal(["after", "before"], documents.Keys.Where(static id => id != "refused"));
        await using var reopened = await Samples.OpenAsync(_volume.AfterCrash(Unforced.Lost));
        Assert.Equal(documents, await reopened.DumpAsync());
        Assert.Equal(next.Stats.Epoch + 1, reopened.Stats.Epoch);
    }

    [Fact]
    public async Task I4_A_snapshot_that_is_finished_late_removes_none_of_the_next_owner()
    {
        var host = new HostDisk(_volume);
        await using var old = await CreateAsync(host, "a");
        await WriteAsync(old, "before");
        ShardEngine? next = null;
        host.Before = operation =>
        {
            if (operation != "sync shard" || !I10_SameAnswerTests.Files(_volume, "snapshot.").Any(static name => !name.EndsWith(".tmp", StringComparison.Ordinal)))
                return;
            host.Before = null;
            next = OpenAsync(new HostDisk(_volume), "b", isGone: true).GetAwaiter().GetResult();
            var saving = next.SnapshotAsync();
            _clock.Advance(TimeSpan.FromSeconds(2));
            saving.GetAwaiter().GetResult();
        };
        await Assert.ThrowsAsync<ShardFencedException>(() => old.SnapshotAsync(TestContext.Current.CancellationToken));
        Assert.Contains(I10_SameAnswerTests.Files(_volume, "snapshot."), name => name.EndsWith(".3", StringComparison.Ordinal));
        await next!.DisposeAsync();
    }

    [Fact]
    public async Task A_claim_whose_owner_died_of_it_keeps_nobody_out()
    {
        await (await CreateAsync(new HostDisk(_volume), "a")).DisposeAsync();
        _volume.Open(Samples.Directory + "/epoch.3").Dispose();
        await using var next = await OpenAsync(new HostDisk(_volume), "b", isGone: false);
        Assert.Equal(4, next.Stats.Epoch);
        Assert.DoesNotContain(_volume.List(Samples.Directory), static file => ShardFiles.TryParseClaim(file.Name, out _));
    }

    [Fact]
    public async Task I1_A_log_whose_first_segments_a_replaced_owner_removed_late_is_whole()
    {
        var disk = new SimulatedDisk();
        await using var shard = await Compaction.CompactingShard.CreateAsync(disk);
        for (var i = 0; i < 300; i++)
            await shard.Engine.WriteOneAsync(Big($"d{i}", i));
        for (var i = 0; i < 900; i++)
            await shard.Engine.WriteOneAsync(Big("again", i));
        await shard.CompactAsync();
        var whole = await shard.Engine.DumpAsync();
        var left = disk.AfterCrash(Unforced.Kept);

        // What he had in mind to mark went into a file that has no name any more; what he removes has one.
        var begin = CommitMark.Find(left, new ShardFiles(Samples.Directory))!.Value.Begin;
        left.Tamper(Samples.Directory + "/commit.mark", _ => CommitMark.Image(CommitMark.Find(disk, new ShardFiles(Samples.Directory))!.Value with { Begin = LogGeometry.FirstAddress }));
        var segments = (int)(begin >> 20);
        Assert.True(segments > 1);
        for (var segment = 0; segment < segments; segment++)
        {
            left.Delete($"{Samples.Directory}/log.{segment}");
            await using var opened = await Samples.OpenAsync(left.AfterCrash(Unforced.Kept));
            Assert.Equal(whole, await opened.DumpAsync());
        }

        left.Delete($"{Samples.Directory}/log.{segments}");
        await Assert.ThrowsAsync<ShardCorruptException>(() => Samples.OpenAsync(left));
    }

    private static Storage.Documents.StoredOperation Big(string id, int seed) => Samples.Upsert(id, $$"""{"pad":"{{new string('p', 5_000)}}"}""", seed);

    /// <summary>Another machine takes the shard while the work of its owner waits at an operation; then the work goes on, and must fail.</summary>
    private async Task<ShardEngine> TakenAtAsync(HostDisk host, string moment, Func<Task> work)
    {
        ShardEngine? next = null;
        host.Before = operation =>
        {
            if (operation != moment || next is not null)
                return;
            host.Before = null;
            next = OpenAsync(new HostDisk(_volume), "b", isGone: true).GetAwaiter().GetResult();
        };
        _clock.Advance(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<ShardException>(work);
        Assert.True(next is not null, $"'{moment}' did not come");
        return next;
    }

    private Task<ShardEngine> CreateAsync(HostDisk host, string name) =>
        ShardEngine.CreateAsync(host, Samples.Directory, Samples.Descriptor, Options(name, static _ => false), NullLoggerFactory.Instance, _clock);

    private Task<ShardEngine> OpenAsync(HostDisk host, string name, bool isGone) =>
        ShardEngine.OpenAsync(host, Samples.Directory, Options(name, _ => isGone), NullLoggerFactory.Instance, _clock);

    private static ShardOptions Options(string name, Func<string, bool> isGone) => Samples.SmallPages(options =>
    {
        options.OwnerName = name;
        options.IsOwnerGone = isGone;
    });

    private static async Task<Storage.Documents.WriteResult> WriteAsync(ShardEngine shard, string id) => await shard.WriteAsync([Samples.Upsert(id)]);
}

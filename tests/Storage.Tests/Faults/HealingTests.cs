using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using ClipOrleans.Storage.Tests.Maintenance;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Faults;

// Danger: a disk that was full for a minute and a shard that is read-only until somebody opens it again; or one that goes
// on behind a tail that nobody was told of, so that a refused write comes back.
// Invariant: I1, I2: writes go on by themselves when the device takes them; what was answered is there, what was refused
// is wholly absent, before and after a crash.
// Method: a group fails; then healing itself fails or dies at each of its operations in turn.
public sealed class HealingTests
{
    private static readonly TimeSpan s_aMoment = TimeSpan.FromMilliseconds(300);

    private readonly ManualClock _clock = new();
    private readonly List<int> _changes = [];

    [Theory]
    [InlineData("write log.0")]
    [InlineData("flush log.0")]
    [InlineData("create log.1")]
    [InlineData("flush log.1")]
    [InlineData("sync shard")]
    [InlineData("write commit.mark")]
    [InlineData("flush commit.mark")]
    public async Task I1_I2_Writing_goes_on_without_reopening_and_what_was_refused_is_absent(string operation)
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var answered = new List<string>();
        await WriteAsync(shard, answered, "before");
        disk.FailOnly = done => done == operation;
        disk.FailFrom = 0;
        var refused = 0;
        for (var i = 0; i < 6; i++)
            refused += await WriteAsync(shard, answered, $"while-{i}", Samples.Noise(400_000, i)) ? 0 : 1;
        Assert.True(disk.FailuresShown > 0 && refused > 0, "the failure did not show");
        Assert.Equal(answered.Order(), (await shard.DumpAsync()).Keys);

        disk.FailFrom = int.MaxValue;
        _clock.Advance(s_aMoment);
        Assert.True(await WriteAsync(shard, answered, "after"));
        Assert.Null(shard.Stats.ReadOnlyReason);
        Assert.Equal(0, _changes.Sum());
        Assert.Contains(1, _changes);
        var dump = await shard.DumpAsync();
        Assert.Equal(answered.Order(), dump.Keys);
        foreach (var unforced in Enum.GetValues<Unforced>())
        {
            await using var opened = await Samples.OpenAsync(disk.AfterCrash(unforced, seed: 7));
            Assert.Equal(dump, await opened.DumpAsync());
            Assert.Equal(StoredStatus.Created, (await opened.WriteOneAsync(Samples.Upsert("later"))).Status);
        }
    }

    [Fact]
    public async Task I1_I2_Healing_may_fail_at_any_of_its_operations_and_the_next_attempt_succeeds()
    {
        var failures = 0;
        for (var fault = 0; ; fault++)
        {
            var disk = new SimulatedDisk();
            await using var shard = await CreateAsync(disk);
            var answered = await FailOnceAsync(disk, shard);
            var left = fault;
            disk.FailOnly = _ => left-- == 0;
            disk.FailFrom = 0;
            await WriteAsync(shard, answered, "first");
            disk.FailFrom = int.MaxValue;
            if (left >= 0)
                break;
            failures++;
            _clock.Advance(s_aMoment);
            Assert.True(await WriteAsync(shard, answered, "second") || await WriteAgainAsync(shard, answered), $"not healed after a failure at {fault}");
            Assert.Equal(answered.Order(), (await shard.DumpAsync()).Keys);
            await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
            Assert.Equal(await shard.DumpAsync(), await opened.DumpAsync());
        }

        Assert.InRange(failures, 15, 100);
    }

    [Theory]
    [InlineData(Unforced.Kept)]
    [InlineData(Unforced.Lost)]
    [InlineData(Unforced.Torn)]
    public async Task I1_I2_Healing_may_die_at_any_of_its_operations(object unforced)
    {
        var deaths = 0;
        for (var death = 0; ; death++)
        {
            var disk = new SimulatedDisk();
            await using var shard = await CreateAsync(disk);
            var answered = await FailOnceAsync(disk, shard);
            disk.FailOnly = null;
            disk.FailFrom = disk.Operations + death;
            var shown = disk.FailuresShown;
            await WriteAsync(shard, answered, "first");
            if (disk.FailuresShown == shown)
                break;
            deaths++;
            await using var opened = await Samples.OpenAsync(disk.AfterCrash((Unforced)unforced, seed: death));
            var dump = await opened.DumpAsync();
            Assert.All(answered, id => Assert.True(dump.ContainsKey(id), $"death at {death}: {id} was answered and is gone"));
            Assert.Equal(StoredStatus.Created, (await opened.WriteOneAsync(Samples.Upsert("later"))).Status);
        }

        Assert.InRange(deaths, 15, 100);
    }

    [Theory]
    [InlineData("flush scratch")]
    [InlineData("sync shard")]
    public async Task I4_An_owner_that_was_replaced_while_it_heals_changes_nothing(string moment)
    {
        const int Newer = 40;
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var answered = await FailOnceAsync(disk, shard);
        (string, byte[])[]? theirs = null;
        disk.FailOnly = done =>
        {
            if (done.StartsWith(moment, StringComparison.Ordinal) && theirs is null)
            {
                disk.Tamper(Samples.Directory + "/shard.json", static json => (ShardManifest.Parse(json, "shard.json") with { Epoch = Newer }).ToJson());
                theirs = [.. new[] { "shard.json", "log.0", "commit.mark" }.Select(name => Samples.Directory + "/" + name).Select(path => (path, disk.Bytes(path)))];
            }

            return false;
        };
        disk.FailFrom = 0;
        await Assert.ThrowsAsync<ShardFencedException>(async () => await WriteAsync(shard, answered, "first"));
        Assert.All(theirs!, file => Assert.Equal(file.Item2, disk.Bytes(file.Item1)));
        Assert.Contains($"epoch {Newer}", shard.Stats.ReadOnlyReason);
        Assert.Equal(answered.Order(), (await shard.DumpAsync()).Keys);
    }

    [Fact]
    public async Task It_heals_with_nobody_writing()
    {
        var disk = new SimulatedDisk();
        var healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var shard = await CreateAsync(disk, options => options.ReadOnlyChanged = change =>
        {
            if (change < 0)
                healed.TrySetResult();
        });
        await FailOnceAsync(disk, shard);
        await _clock.WhenArmedAsync();
        Assert.NotNull(shard.Stats.ReadOnlyReason);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await healed.Task;
        Assert.Null(shard.Stats.ReadOnlyReason);
        Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("after"))).Status);
    }

    [Fact]
    public async Task A_shard_that_is_closed_while_it_is_stopped_is_not_counted_any_more()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await CreateAsync(disk))
            await FailOnceAsync(disk, shard);
        Assert.Equal([1, -1], _changes);
        await using var opened = await Samples.OpenAsync(disk);
        Assert.Contains("before", (await opened.DumpAsync()).Keys);
    }

    [Fact]
    public async Task A_change_of_the_index_that_the_log_has_is_finished_when_the_manifest_can_be_written()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        await shard.WriteOneAsync(Samples.Upsert("before", """{"size":"xl"}"""));
        disk.FailOnly = done => done == "rename shard.json";
        disk.FailFrom = 0;
        var newer = Samples.Descriptor with { IndexVersion = 2, Schema = new FieldSchema([.. Samples.Schema.Fields, new("size", FieldType.Keyword)]) };
        await Assert.ThrowsAsync<ShardUnavailableException>(() => shard.ReconfigureAsync(newer, TestContext.Current.CancellationToken));
        Assert.True(disk.FailuresShown > 0);
        Assert.Equal(1, shard.Descriptor.IndexVersion);

        disk.FailFrom = int.MaxValue;
        await shard.WriteOneAsync(Samples.Upsert("after", """{"size":"s"}"""));
        Assert.Equal(newer, shard.Descriptor);
        await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(newer, opened.Descriptor);
        Assert.Equal(await shard.DumpAsync(), await opened.DumpAsync());
    }

    [Fact]
    public async Task I2_Without_room_for_vectors_nothing_reaches_the_log()
    {
        // The first 8 MiB are on the heap; a block has 64 rows of 256 KiB.
        const int dimensions = 65_536;
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk, options => options.PageSizeBits = 20, Samples.Descriptor with { Dimensions = dimensions });
        for (var i = 0; i < 64; i++)
            await shard.WriteOneAsync(Samples.Upsert($"d{i}") with { Vector = Samples.Vector(i, dimensions) });
        disk.FailOnly = done => done == "map scratch";
        disk.FailFrom = 0;
        var sequence = shard.Stats.Sequence;
        await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteOneAsync(Samples.Upsert("one more") with { Vector = Samples.Vector(1, dimensions) }));
        Assert.True(disk.FailuresShown > 0);
        await shard.WriteOneAsync(Samples.Delete("d3"));
        Assert.Equal((63, sequence + 1), (shard.View.Count, shard.Stats.Sequence));

        disk.FailFrom = int.MaxValue;
        await shard.WriteOneAsync(Samples.Upsert("one more") with { Vector = Samples.Vector(1, dimensions) });
        await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(await shard.DumpAsync(), await opened.DumpAsync());
    }

    private async Task<List<string>> FailOnceAsync(SimulatedDisk disk, ShardEngine shard)
    {
        var answered = new List<string>();
        Assert.True(await WriteAsync(shard, answered, "before"));
        disk.FailOnly = done => done == "flush log.0";
        disk.FailFrom = 0;
        Assert.False(await WriteAsync(shard, answered, "refused"));
        disk.FailFrom = int.MaxValue;
        return answered;
    }

    /// <summary>Where the mark was what failed, it is the group behind it that is told.</summary>
    private async Task<bool> WriteAgainAsync(ShardEngine shard, List<string> answered)
    {
        _clock.Advance(s_aMoment);
        return await WriteAsync(shard, answered, "third");
    }

    private static async Task<bool> WriteAsync(ShardEngine shard, List<string> answered, string id, byte[]? image = null)
    {
        try
        {
            await shard.WriteOneAsync(Samples.Upsert(id, image: image));
            answered.Add(id);
            return true;
        }
        catch (ShardUnavailableException)
        {
            return false;
        }
    }

    private Task<ShardEngine> CreateAsync(SimulatedDisk disk, Action<ShardOptions>? change = null, ShardDescriptor? descriptor = null) => ShardEngine.CreateAsync(
        disk,
        Samples.Directory,
        descriptor ?? Samples.Descriptor,
        Samples.SmallPages(options =>
        {
            options.ReadOnlyChanged = _changes.Add;
            change?.Invoke(options);
        }),
        NullLoggerFactory.Instance,
        _clock);
}

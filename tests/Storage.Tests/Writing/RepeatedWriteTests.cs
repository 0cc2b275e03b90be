using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Compaction;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Tests.Writing;

// Danger: the answer to a write is lost, it is asked for again, and it is done twice; or it tells something else.
// Invariant: a write with an id is done once, and answered the same whenever it comes again: while it is on its way, later,
// after an opening from log or snapshot, after a crash between any two operations of the disk.
// Method: the same request again, and then the numbers of records and the outcomes side by side.
public sealed class RepeatedWriteTests
{
    private const string Log = Samples.Directory + "/log.0";

    private static readonly StoredOperation[] s_mixed =
    [
        Samples.Upsert("a", """{"colour":"red"}""", 1),
        Samples.Delete("nobody"),
        Samples.Upsert("there", """{"colour":"blue"}""", 2),
        Samples.Upsert("wrong", """{"price":"dear"}""", 3),
        Samples.Patch("a", """{"price":1}"""),
        Samples.Upsert("pictured", "{}", 4, Samples.Noise(300_000, 4)),
        Samples.Upsert("long", $$"""{"pad":"{{new string('p', 5_000)}}"}""", 5),
        Samples.Delete("a"),
        Samples.Upsert("a", "{}", 6),
    ];

    [Fact]
    public async Task A_write_that_comes_again_is_answered_as_before_and_writes_nothing()
    {
        var disk = new SimulatedDisk();
        var id = Guid.NewGuid();
        await using var shard = await CreateAsync(disk);
        var first = await shard.WriteAsync(s_mixed, id);
        Assert.Equal(
            [StoredStatus.Created, StoredStatus.NotFound, StoredStatus.Updated, StoredStatus.Failed, StoredStatus.Updated, StoredStatus.Created, StoredStatus.Created, StoredStatus.Deleted, StoredStatus.Created],
            first.Outcomes.Select(static outcome => outcome.Status));
        Assert.Equal(shard.Stats.Sequence, first.Sequence);
        await shard.WriteOneAsync(Samples.Delete("pictured"));
        var (log, sequence) = (disk.Bytes(Log), shard.Stats.Sequence);

        AssertSame(first, await shard.WriteAsync(s_mixed, id));
        Assert.Equal(log, disk.Bytes(Log));
        Assert.Equal(sequence, shard.Stats.Sequence);
        Assert.Null(await shard.GetAsync("pictured", includeVector: false));
        AssertSame(first, await ReopenedAsync(disk, id));

        await shard.SnapshotAsync(TestContext.Current.CancellationToken);
        AssertSame(first, await ReopenedAsync(disk, id));
    }

    [Fact]
    public async Task A_write_that_comes_again_while_it_is_on_its_way_joins_it()
    {
        var held = new HeldDisk();
        await using var shard = await ShardEngine.CreateAsync(held, Samples.Directory, Samples.Descriptor, Samples.SmallPages(), NullLoggerFactory.Instance, TimeProvider.System);
        await shard.WriteOneAsync(Samples.Upsert("there"));
        var id = Guid.NewGuid();
        var stopped = held.HoldNextFlush();
        var first = shard.WriteAsync(s_mixed, id).AsTask();
        await stopped;
        var again = shard.WriteAsync(s_mixed, id).AsTask();
        var other = shard.WriteAsync([Samples.Upsert("other")], Guid.NewGuid()).AsTask();
        Assert.False(first.IsCompleted || again.IsCompleted || other.IsCompleted);
        held.Release();
        AssertSame(await first, await again);
        Assert.Equal((await first).Sequence + 1, (await other).Sequence);
        AssertSame(await first, await shard.WriteAsync(s_mixed, id));
    }

    [Fact]
    public async Task A_thousand_callers_with_the_same_write_write_it_once()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var before = shard.Stats.Sequence;
        Guid[] ids = [.. Enumerable.Range(0, 10).Select(static _ => Guid.NewGuid())];
        var results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => shard.WriteAsync([Samples.Upsert($"d{i % 10}")], ids[i % 10]).AsTask()));
        Assert.All(results, static result => Assert.Equal(StoredStatus.Created, Assert.Single(result.Outcomes).Status));
        Assert.InRange(shard.Stats.Sequence - before, 1, 10);
        for (var i = 10; i < results.Length; i++)
            Assert.Equal(results[i % 10].Sequence, results[i].Sequence);
    }

    [Theory]
    [InlineData(Unforced.Kept)]
    [InlineData(Unforced.Lost)]
    [InlineData(Unforced.Torn)]
    public async Task I2_After_death_at_any_point_the_repeated_write_tells_what_the_first_would_have(object unforced)
    {
        var id = Guid.NewGuid();
        var whole = new SimulatedDisk();
        WriteResult expected;
        SortedDictionary<string, string> documents;
        await using (var shard = await CreateAsync(whole))
        {
            whole.FailFrom = int.MaxValue;
            expected = await shard.WriteAsync(s_mixed, id);
            documents = await UntimedAsync(shard);
        }

        var answered = 0;
        for (var death = 0; death < whole.Operations; death++)
        {
            var disk = new SimulatedDisk();
            await using (var shard = await CreateAsync(disk))
            {
                disk.FailFrom = disk.Operations + death;
                try
                {
                    await shard.WriteAsync(s_mixed, id);
                    answered++;
                }
                catch (ShardUnavailableException)
                {
                    // The device has died.
                }
            }

            if (disk.FailuresShown == 0)
                break;
            await using var opened = await Samples.OpenAsync(disk.AfterCrash((Unforced)unforced, death));
            var again = await opened.WriteAsync(s_mixed, id);
            Assert.Equal(expected.Outcomes, again.Outcomes);
            Assert.Equal(documents, await UntimedAsync(opened));
            var sequence = opened.Stats.Sequence;
            AssertSame(again, await opened.WriteAsync(s_mixed, id));
            Assert.Equal(sequence, opened.Stats.Sequence);
        }

        Assert.True(answered > 0, "no death came behind the answer");
    }

    [Fact]
    public async Task I2_Wherever_the_log_was_torn_within_a_write_the_repeated_one_does_the_rest()
    {
        var id = Guid.NewGuid();
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var begin = disk.Bytes(Log).AsSpan().TrimEnd((byte)0).Length;
        var expected = await shard.WriteAsync(s_mixed, id);
        var documents = await UntimedAsync(shard);
        var end = disk.Bytes(Log).AsSpan().TrimEnd((byte)0).Length;
        var left = new HashSet<long>();
        for (var cut = end; cut > begin; cut -= cut > begin + 3_000 && cut < end - 12_000 ? 9_973 : 61)
        {
            var torn = disk.AfterCrash(Unforced.Kept);
            torn.Delete(Samples.Directory + "/commit.mark");
            torn.Tamper(Log, bytes => bytes[..cut]);
            await using var opened = await Samples.OpenAsync(torn);
            var before = opened.Stats.Sequence;
            var again = await opened.WriteAsync(s_mixed, id);
            left.Add(opened.Stats.Sequence - before);
            Assert.Equal(expected.Outcomes, again.Outcomes);
            Assert.Equal(documents, await UntimedAsync(opened));
            await using var reopened = await Samples.OpenAsync(torn.AfterCrash(Unforced.Lost));
            AssertSame(again, await reopened.WriteAsync(s_mixed, id));
        }

        Assert.True(left.Count > 3, "the cuts met only few of the records");
    }

    [Fact]
    public async Task After_the_device_failed_and_came_back_the_repeated_write_is_done_once()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var id = Guid.NewGuid();
        disk.FailFrom = 0;
        await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteAsync(s_mixed, id));
        disk.FailFrom = int.MaxValue;
        WriteResult? result = null;
        while (result is null)
        {
            try
            {
                result = await shard.WriteAsync(s_mixed, id);
            }
            catch (ShardUnavailableException)
            {
                // Not tried again yet.
                await Task.Yield();
            }
        }

        Assert.Equal(StoredStatus.Created, result.Outcomes[0].Status);
        AssertSame(result, await shard.WriteAsync(s_mixed, id));
    }

    [Fact]
    public async Task An_id_with_other_operations_is_refused_and_harms_nothing()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        var id = Guid.NewGuid();
        await shard.WriteAsync([Samples.Upsert("a")], id);
        await Assert.ThrowsAsync<ArgumentException>(async () => await shard.WriteAsync([Samples.Upsert("b"), Samples.Upsert("c")], id));
        await Assert.ThrowsAsync<ArgumentException>(async () => await shard.WriteAsync([Samples.Upsert("b")], Guid.Empty));
        Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("b"))).Status);
    }

    [Fact]
    public async Task What_compaction_gives_back_takes_no_receipt_with_it()
    {
        var disk = new SimulatedDisk();
        var id = Guid.NewGuid();
        var failing = Enumerable.Range(0, 900).Select(static i => Samples.Upsert($"f{i}", """{"price":"dear"}""")).ToArray();
        WriteResult first, failed;
        await using (var shard = await CompactingShard.CreateAsync(disk))
        {
            await shard.Engine.WriteOneAsync(Samples.Upsert("there"));
            first = await shard.Engine.WriteAsync(s_mixed, id);
            failed = await shard.Engine.WriteAsync(failing, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]));
            for (var round = 0; round < 3; round++)
            {
                for (var i = 0; i < 500; i++)
                    await shard.Engine.WriteOneAsync(Samples.Upsert("again", $$"""{"pad":"{{new string('p', 5_000)}}"}""", i));
                await shard.CompactAsync();
                await shard.RemoveRetiredAsync();
            }

            Assert.False(disk.Exists(Samples.Directory + "/log.1"));
            AssertSame(first, await shard.Engine.WriteAsync(s_mixed, id));
        }

        foreach (var (name, _) in disk.List(Samples.Directory).Where(static file => file.Name.StartsWith("snapshot.", StringComparison.Ordinal)))
            disk.Delete($"{Samples.Directory}/{name}");
        await using var opened = await Samples.OpenAsync(disk);
        AssertSame(first, await opened.WriteAsync(s_mixed, id));
        AssertSame(failed, await opened.WriteAsync(failing, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11])));
    }

    [Fact]
    public async Task Random_writes_are_remembered_by_log_and_snapshot_as_by_the_engine_that_took_them()
    {
        var disk = new SimulatedDisk();
        var chance = new Random(11);
        List<(Guid Id, StoredOperation[] Operations, WriteResult Result)> done = [];
        var shard = await CreateAsync(disk);
        for (var i = 0; i < 200; i++)
        {
            StoredOperation[] operations = [.. Enumerable.Range(0, chance.Next(1, 12)).Select(_ => Random(chance))];
            var id = Guid.NewGuid();
            done.Add((id, operations, await shard.WriteAsync(operations, id)));
            if (i % 50 == 30)
                await shard.SnapshotAsync(TestContext.Current.CancellationToken);
            if (i % 50 != 49)
                continue;
            await shard.DisposeAsync();
            shard = await Samples.OpenAsync(disk);
            var sequence = shard.Stats.Sequence;
            foreach (var write in done)
                AssertSame(write.Result, await shard.WriteAsync(write.Operations, write.Id));
            Assert.Equal(sequence, shard.Stats.Sequence);
        }

        await shard.DisposeAsync();
    }

    private static StoredOperation Random(Random chance) => chance.Next(8) switch
    {
        0 => Samples.Delete($"d{chance.Next(20)}"),
        1 => Samples.Patch($"d{chance.Next(20)}", """{"price":7}"""),
        2 => Samples.Upsert($"d{chance.Next(20)}", """{"price":"none"}"""),
        3 => Samples.Upsert($"d{chance.Next(20)}", "{}", chance.Next(99), Samples.Noise(chance.Next(1, 200_000), 1)),
        _ => Samples.Upsert($"d{chance.Next(20)}", $$"""{"pad":"{{new string('p', chance.Next(4_000))}}"}""", chance.Next(99)),
    };

    private static async Task<ShardEngine> CreateAsync(SimulatedDisk disk)
    {
        var shard = await Samples.CreateAsync(disk);
        await shard.WriteOneAsync(Samples.Upsert("there"));
        return shard;
    }

    private static async Task<WriteResult> ReopenedAsync(SimulatedDisk disk, Guid id)
    {
        await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        var sequence = opened.Stats.Sequence;
        var result = await opened.WriteAsync(s_mixed, id);
        Assert.Equal(sequence, opened.Stats.Sequence);
        return result;
    }

    /// <summary>The documents without their times.</summary>
    private static async Task<SortedDictionary<string, string>> UntimedAsync(ShardEngine shard) =>
        new((await shard.DumpAsync()).ToDictionary(static document => document.Key, static document => string.Join('|', document.Value.Split('|').Where(static (_, i) => i is not (5 or 6)))), StringComparer.Ordinal);

    private static void AssertSame(WriteResult expected, WriteResult actual)
    {
        Assert.Equal(expected.Sequence, actual.Sequence);
        Assert.Equal(expected.Outcomes, actual.Outcomes);
    }
}

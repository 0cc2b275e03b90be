using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Crash;

// Danger: an acknowledgement that a power cut takes back, and half documents after one.
// Invariant: I1, what was answered is there; I2, what is there is whole.
// Method: pass 1 counts the operations of a workload on the disk; pass 2 lets the device die before each of them in turn,
// opens what a crash leaves of it (nothing unforced, or any sectors of it), and compares with what was answered.
public sealed class I1_AcknowledgedIsDurableTests
{
    private const int Batches = 6;

    [Theory]
    [InlineData(Unforced.Kept)]
    [InlineData(Unforced.Lost)]
    [InlineData(Unforced.Torn)]
    public async Task I1_I2_At_every_point_of_death_the_answered_is_there_and_whole(object unforced)
    {
        var whole = new SimulatedDisk();
        var history = await RunAsync(whole);
        Assert.Equal(Batches, history.Count(step => step.Answered));
        var operations = whole.Operations;
        Assert.InRange(operations, 30, 400);

        for (var death = 0; death < operations; death++)
        {
            var disk = new SimulatedDisk { FailFrom = death };
            var steps = await RunAsync(disk);
            Assert.True(disk.FailuresShown > 0, $"the device did not die at operation {death}");
            var after = disk.AfterCrash((Unforced)unforced, seed: death);
            if (!ShardIsThere(after))
            {
                Assert.DoesNotContain(steps, step => step.Answered);
                continue;
            }

            await using var shard = await Samples.OpenAsync(after);
            await CheckAsync(shard, steps, death);
            Assert.Equal(StoredStatus.Created, (await shard.WriteOneAsync(Samples.Upsert("later"))).Status);
        }
    }

    [Fact]
    public async Task I1_Bytes_are_forced_before_the_answer_and_the_mark_follows_before_the_next()
    {
        var disk = new SimulatedDisk();
        List<int> answered = [];
        await using (var shard = await Samples.CreateAsync(disk))
        {
            for (var i = 0; i < 3; i++)
            {
                await shard.WriteOneAsync(Samples.Upsert($"d{i}"));
                answered.Add(disk.Trace.Count);
            }
        }

        var trace = disk.Trace;
        var flushes = Where("flush log.0");
        var marks = Where("flush commit.mark");
        for (var i = 0; i < 3; i++)
        {
            // One flush belongs to the record that creation writes.
            Assert.True(flushes[i + 1] < answered[i], "answered before the bytes were forced");
            Assert.True(i == 0 || marks[i] < answered[i], "answered before the mark of the group before");
        }

        Assert.Equal(4, marks.Count);

        List<int> Where(string operation) => [.. trace.Index().Where(step => step.Item == operation).Select(step => step.Index)];
    }

    [Fact]
    public async Task Without_Sync_nothing_is_forced_until_the_shard_is_closed()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk, options => options.Sync = false))
        {
            var before = disk.Trace.Count;
            await shard.WriteOneAsync(Samples.Upsert("a"));
            Assert.Equal(["write log.0"], disk.Trace.Skip(before));
            await using var killed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Kept));
            Assert.NotNull(await killed.GetAsync("a", includeVector: false));
            await using var cut = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
            Assert.Null(await cut.GetAsync("a", includeVector: false));
        }

        await using var closed = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.NotNull(await closed.GetAsync("a", includeVector: false));
    }

    /// <summary>Creates a shard and writes batches until one is not answered.</summary>
    private static async Task<List<Step>> RunAsync(SimulatedDisk disk)
    {
        var steps = new List<Step>();
        try
        {
            await using var shard = await Samples.CreateAsync(disk);
            for (var i = 0; i < Batches; i++)
            {
                var step = new Step(i);
                steps.Add(step);
                await shard.WriteAsync(step.Operations);
                step.Answered = true;
            }
        }
        catch (Exception e) when (e is ShardUnavailableException or IOException)
        {
            // The device has died, as the loop above wanted.
        }

        return steps;
    }

    private static async Task CheckAsync(ShardEngine shard, List<Step> steps, int death)
    {
        var dump = await shard.DumpAsync();
        foreach (var step in steps)
        {
            foreach (var id in step.Ids)
            {
                var isThere = dump.ContainsKey(id);
                Assert.True(isThere || !step.Answered, $"death at {death}: {id} was answered and is gone");
                if (isThere)
                    Assert.Equal(step.Image?.Length, (await shard.ReadImageAsync(id))?.Bytes.Length);
            }
        }
    }

    private static bool ShardIsThere(SimulatedDisk disk) => disk.Exists(Samples.Directory + "/shard.json") || disk.Exists(Samples.Directory + "/log.0");

    private sealed class Step(int number)
    {
        public byte[]? Image { get; } = number == 3 ? Samples.Noise(300_000, seed: 3) : null;

        public IReadOnlyList<string> Ids => [$"{number}a", $"{number}b"];

        public IReadOnlyList<StoredOperation> Operations => [.. Ids.Select(id => Samples.Upsert(id, $$"""{"price":{{number}}}""", number, Image))];

        public bool Answered { get; set; }
    }
}

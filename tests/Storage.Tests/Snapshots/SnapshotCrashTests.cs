using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Snapshots;

// Danger: a crash in the middle of a snapshot that leaves half of one which is then believed, or harms the one before.
// Invariant: I1 and I2 at every point of death: what was answered is there and whole, and the shard goes on.
// Method: pass 1 counts the operations of a workload with snapshots on the disk; pass 2 lets the device die before each
// of them in turn, opens what a crash leaves, and compares with what was answered; then it saves and opens once more.
public sealed class SnapshotCrashTests
{
    private const int Batches = 5;

    [Theory]
    [InlineData(Unforced.Kept)]
    [InlineData(Unforced.Lost)]
    [InlineData(Unforced.Torn)]
    public async Task I1_I2_At_every_point_of_death_the_answered_is_there_and_the_next_snapshot_holds(object unforced)
    {
        var whole = new SimulatedDisk();
        Assert.Equal(Batches, await RunAsync(whole));
        var operations = whole.Operations;
        Assert.InRange(operations, 60, 500);
        var fromSnapshot = 0;
        for (var death = 0; death < operations; death++)
        {
            var disk = new SimulatedDisk { FailFrom = death };
            var answered = await RunAsync(disk);
            Assert.True(disk.FailuresShown > 0, $"the device did not die at operation {death}");
            var after = disk.AfterCrash((Unforced)unforced, seed: death);
            if (!after.Exists(Samples.Directory + "/shard.json") && !after.Exists(Samples.Directory + "/log.0"))
            {
                Assert.Equal(0, answered);
                continue;
            }

            List<string> answers;
            await using (var shard = await Samples.OpenAsync(after))
            {
                fromSnapshot += shard.Stats.Snapshots.Sequence > 0 ? 1 : 0;
                var dump = await shard.DumpAsync();
                for (var batch = 0; batch < answered; batch++)
                    Assert.All(Operations(batch), operation => Assert.True(dump.ContainsKey(operation.Id), $"death at {death}: {operation.Id} was answered and is gone"));
                await shard.WriteOneAsync(Samples.Upsert("later"));
                await shard.SnapshotAsync(TestContext.Current.CancellationToken);
                answers = await Answers.OfAsync(shard);
            }

            await using var again = await Samples.OpenAsync(after);
            Assert.Equal(answers, await Answers.OfAsync(again));
            Assert.Equal(again.Stats.Sequence, again.Stats.Snapshots.Sequence);
        }

        Assert.InRange(fromSnapshot, operations / 4, operations);
    }

    [Theory]
    [InlineData("create vectors.")]
    [InlineData("write rows.")]
    [InlineData("flush vectors.")]
    [InlineData("write snapshot.")]
    [InlineData("rename snapshot.")]
    public async Task A_device_without_room_for_a_snapshot_costs_the_snapshot_and_nothing_else(string operation)
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await shard.WriteAsync(Operations(0));
        disk.FailOnly = done => done.StartsWith(operation, StringComparison.Ordinal);
        disk.FailFrom = 0;
        await Assert.ThrowsAsync<IOException>(() => shard.SnapshotAsync(TestContext.Current.CancellationToken));
        Assert.True(disk.FailuresShown > 0);
        await shard.WriteAsync(Operations(1));
        Assert.Null(shard.Stats.ReadOnlyReason);

        disk.FailFrom = int.MaxValue;
        await shard.SnapshotAsync(TestContext.Current.CancellationToken);
        await using var opened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        Assert.Equal(shard.Stats.Sequence, opened.Stats.Snapshots.Sequence);
        Assert.Equal(await Answers.OfAsync(shard), await Answers.OfAsync(opened));
    }

    /// <summary>Creates a shard, writes batches and saves now and then, until the device fails; closes and opens it in the middle.</summary>
    /// <returns>How many batches were answered.</returns>
    private static async Task<int> RunAsync(SimulatedDisk disk)
    {
        var answered = 0;
        try
        {
            await using (var shard = await Samples.CreateAsync(disk))
            {
                for (; answered < 2; answered++)
                    await shard.WriteAsync(Operations(answered));
                await shard.SnapshotAsync();
                await shard.WriteAsync(Operations(answered));
                answered++;
                await shard.SnapshotAsync();
            }

            await using var reopened = await Samples.OpenAsync(disk);
            for (; answered < Batches; answered++)
            {
                await reopened.WriteAsync(Operations(answered));
                await reopened.SnapshotAsync();
            }
        }
        catch (Exception e) when (e is ShardUnavailableException or IOException)
        {
            // The device has died, as the loop above wanted.
        }

        return answered;
    }

    private static StoredOperation[] Operations(int batch) =>
        [.. Enumerable.Range(0, 3).Select(i => Samples.Upsert($"{batch}-{i}", $$"""{"price":{{batch}},"colour":"red"}""", (batch * 10) + i))];
}

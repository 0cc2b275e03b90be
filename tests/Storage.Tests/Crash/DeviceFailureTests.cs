using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Crash;

// Danger: a device that fails and a shard that goes on acknowledging, or callers that wait for ever.
// Invariant: while it fails nothing is acknowledged, every caller is told with the device's own error, reads go on.
// Method: each kind of operation fails while writes are waiting.
public sealed class DeviceFailureTests
{
    [Theory]
    [InlineData("write log.0")]
    [InlineData("flush log.0")]
    [InlineData("create log.1")]
    [InlineData("write log.1")]
    public async Task I2_Nothing_is_written_while_the_device_fails_and_reads_go_on(string operation)
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        await shard.WriteOneAsync(Samples.Upsert("before", """{"x":1}"""));
        disk.FailOnly = done => done == operation;
        disk.FailFrom = 0;
        disk.FailureMessage = "no space left";

        // Longer than a segment: every write meets each of the operations.
        var image = Samples.Noise(1_200_000, seed: 1);
        var failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteAsync([Samples.Upsert($"d{i}", image: image)]))));
        Assert.True(disk.FailuresShown > 0, "the failure did not show");
        Assert.Contains(failures, failure => failure.InnerException is IOException { Message: "no space left" });

        await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteAsync([Samples.Upsert("late", image: image)]));
        Assert.Contains("no space left", shard.Stats.ReadOnlyReason);
        Assert.Equal("""{"x":1}""", await shard.MetadataAsync("before"));
        Assert.Equal(1, shard.View.Count);
    }

    [Theory]
    [InlineData("write commit.mark")]
    [InlineData("flush commit.mark")]
    public async Task A_mark_that_cannot_be_written_stops_the_next_write(string operation)
    {
        var disk = new SimulatedDisk();
        await using var shard = await Samples.CreateAsync(disk);
        disk.FailOnly = done => done == operation;
        disk.FailFrom = 0;
        var answered = new List<string>();
        var stopped = await Assert.ThrowsAsync<ShardUnavailableException>(async () =>
        {
            // The mark lags one group: that of the shard's creation may be the one that fails.
            for (var i = 0; i < 3; i++)
            {
                await shard.WriteOneAsync(Samples.Upsert($"d{i}"));
                answered.Add($"d{i}");
            }
        });
        Assert.IsType<IOException>(stopped.InnerException);
        Assert.InRange(answered.Count, 0, 1);
        Assert.True(disk.FailuresShown > 0);
        disk.FailFrom = int.MaxValue;
        await using var reopened = await Samples.OpenAsync(disk.AfterCrash(Unforced.Lost));
        foreach (var id in answered)
            Assert.NotNull(await reopened.GetAsync(id, includeVector: false));
    }

    [Fact]
    public async Task After_a_failure_the_reopened_shard_has_whole_documents_and_takes_writes()
    {
        var disk = new SimulatedDisk();
        await using (var shard = await Samples.CreateAsync(disk))
        {
            await shard.WriteOneAsync(Samples.Upsert("before"));
            disk.FailOnly = done => done == "flush log.0";
            disk.FailFrom = 0;
            await Assert.ThrowsAsync<ShardUnavailableException>(async () => await shard.WriteAsync([Samples.Upsert("open")]));
        }

        Assert.True(disk.FailuresShown > 0);
        disk.FailFrom = int.MaxValue;
        await using var reopened = await Samples.OpenAsync(disk);
        Assert.Contains("before", (await reopened.DumpAsync()).Keys);
        Assert.Equal(StoredStatus.Created, (await reopened.WriteOneAsync(Samples.Upsert("new"))).Status);
    }
}

using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Tests.Disks;
using ClipOrleans.Storage.Tests.Documents;

namespace ClipOrleans.Storage.Tests.Faults;

// Danger: one sector that cannot be read, and a shard that answers something else, or takes no write any more.
// Invariant: what cannot be read is an error, never another document; what need not be read goes on.
// Method: the device refuses to give the bytes of one segment, or gives other ones, while the shard serves.
public sealed class UnreadableLogTests
{
    [Fact]
    public async Task A_segment_that_cannot_be_read_concerns_the_documents_in_it_and_no_others()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        disk.FailReads = name => name == "log.0";
        await AssertOnlyOldIsConcernedAsync<ShardReadException>(shard);
        Assert.True(disk.FailuresShown > 0);

        disk.FailReads = null;
        Assert.Equal("""{"x":1}""", await shard.MetadataAsync("old"));
        Assert.Equal(StoredStatus.Updated, (await shard.WriteOneAsync(Samples.Patch("old", """{"y":2}"""))).Status);
        Assert.Equal("""{"x":1,"y":2}""", await shard.MetadataAsync("old"));
    }

    [Fact]
    public async Task A_row_that_is_damaged_while_the_shard_serves_is_refused_and_can_be_deleted()
    {
        var disk = new SimulatedDisk();
        await using var shard = await CreateAsync(disk);
        disk.Tamper(Samples.Directory + "/log.0", bytes =>
        {
            var at = bytes.AsSpan().IndexOf("{\"x\":1}"u8);
            Assert.True(at > 0);
            bytes[at + 2] ^= 1;
            return bytes;
        });
        await AssertOnlyOldIsConcernedAsync<ShardCorruptException>(shard);
        Assert.Equal(StoredStatus.Deleted, (await shard.WriteOneAsync(Samples.Delete("old"))).Status);
        Assert.Null(await shard.GetAsync("old", includeVector: false));
    }

    private static async Task<ShardEngine> CreateAsync(SimulatedDisk disk)
    {
        var shard = await Samples.CreateAsync(disk, options => options.RowCacheBytes = 0);
        await shard.WriteOneAsync(Samples.Upsert("old", """{"x":1}"""));
        await shard.WriteOneAsync(Samples.Upsert("filler", image: Samples.Noise(1_200_000, seed: 1)));
        await shard.WriteOneAsync(Samples.Upsert("new", """{"x":2}"""));
        return shard;
    }

    private static async Task AssertOnlyOldIsConcernedAsync<TFault>(ShardEngine shard)
        where TFault : Exception
    {
        await Assert.ThrowsAsync<TFault>(async () => await shard.GetAsync("old", includeVector: true));
        var result = await shard.WriteAsync([Samples.Upsert("other"), Samples.Patch("old", """{"y":2}"""), Samples.Patch("new", """{"y":2}""")]);
        Assert.Equal([StoredStatus.Created, StoredStatus.Failed, StoredStatus.Updated], result.Outcomes.Select(outcome => outcome.Status));
        Assert.Equal(FailureReasons.StorageUnavailable, result.Outcomes[1].Reason);
        Assert.DoesNotContain(Samples.Directory, result.Outcomes[1].Detail, StringComparison.Ordinal);
        Assert.Null(shard.Stats.ReadOnlyReason);
        Assert.Equal(4, shard.View.Count);
        Assert.Equal("""{"x":2,"y":2}""", await shard.MetadataAsync("new"));
    }
}

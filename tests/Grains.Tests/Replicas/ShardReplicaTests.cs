using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tests.Replicas;

// Danger: a replica answers from a moment before a write that was acknowledged, or otherwise than its shard, or goes on when the shard is gone.
// Invariants: I3 through replicas, I10 between shard and replica; a replica without its shard gives no answer.
// Method: silos in one process with real serialization, one folder, real engines and followers.
public sealed class ShardReplicaTests
{
    private const int Shards = 2;

    [Fact]
    public async Task I3_I10_A_replica_shows_every_write_that_was_acknowledged_and_answers_as_its_shard()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 2);
        var sample = await CreateAsync(cluster);
        for (var number = 0; number < 120; number++)
        {
            await sample.WriteAsync([Sample.Document(number)]);
            var shard = ShardRouting.ShardOf(Sample.Id(number), Shards);
            var found = await ReplicaCalls.SearchAsync(cluster, sample, shard, sample.Query(Sample.Vector(number % 10 == 9 ? number - 1 : number), 2));
            Assert.Contains(Sample.Id(number), found.Ids);
        }

        var query = sample.Query(Sample.Vector(3), 50, filter: """{"colour":"red"}""");
        for (var shard = 0; shard < Shards; shard++)
        {
            var own = Sample.Ok(await sample.Shard(shard).Search(query));
            var replica = await ReplicaCalls.SearchAsync(cluster, sample, shard, query);
            Assert.Equal(own.Ids, replica.Ids);
            Assert.Equal(own.Scores, replica.Scores);
            Assert.Equal(own.Matched, replica.Matched);
            Assert.Equal(own.Rows.Select(row => Convert.ToHexString(row.Metadata)), replica.Rows.Select(row => Convert.ToHexString(row.Metadata)));
            Assert.NotEqual(own.Silo, replica.Silo);
        }

        var status = Sample.Ok(await cluster.Index("acme", "pictures").GetStatus());
        Assert.Equal(Shards, status.Replicas.Length);
        Assert.All(status.Replicas, replica => Assert.Equal(ShardState.Ready, replica.State));
        Assert.Equal(status.Shards.Sum(shard => shard.Documents), status.Replicas.Sum(replica => replica.Documents));
    }

    [Fact]
    public async Task A_replica_follows_its_shard_to_another_silo_and_to_a_newer_version_and_ends_with_it()
    {
        using var data = new TempFolder();
        await using var cluster = await GrainsCluster.StartAsync(data.Path, silos: 2);
        var sample = await CreateAsync(cluster);
        await sample.WriteAsync(Enumerable.Range(0, 20).Select(number => Sample.Document(number)));
        var query = sample.Query(null, 100);
        var before = await ReplicaCalls.SearchAsync(cluster, sample, 0, query);
        var owner = Sample.Ok(await sample.Shard(0).Search(query)).Silo;
        var target = cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).First(silo => silo != owner);
        await sample.Shard(0).HandOver(target);
        await sample.WriteAsync([Sample.Document(100), Sample.Document(101), Sample.Document(102), Sample.Document(103)]);
        var after = await ReplicaCalls.SearchAsync(cluster, sample, 0, query);
        Assert.Equal(Sample.Ok(await sample.Shard(0).Search(query)).Ids, after.Ids);
        Assert.True(after.Matched >= before.Matched);

        sample.Index = Sample.Ok(await cluster.Index("acme", "pictures").Update(new IndexPatch([new FieldSpec("version", "number")], null, null)));
        var filtered = await ReplicaCalls.SearchAsync(cluster, sample, 0, sample.Query(null, 100, filter: """{"version":0}"""));
        Assert.Equal(after.Ids, filtered.Ids);

        Sample.Ok(await cluster.Tenant("acme").DeleteIndex("pictures"));
        Assert.NotNull((await ReplicaCalls.Find(cluster, sample, 0).Search(query)).Error);
    }

    private static async Task<Sample> CreateAsync(GrainsCluster cluster)
    {
        await cluster.Tenant("acme").Create(new TenantQuotas());
        var created = await cluster.Tenant("acme").CreateIndex(Sample.Spec("pictures", Shards) with { Replicas = 1 });
        return new Sample(cluster, Sample.Ok(created));
    }
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Grains.Tests.Replicas;

/// <summary>Replicas, asked as a gateway would, but without asking the shard when the replica has no answer: it must come to have one.</summary>
internal static class ReplicaCalls
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    public static IShardReplicaGrain Find(GrainsCluster cluster, Sample sample, int shard) => cluster.Grains.GetGrain<IShardReplicaGrain>(
        new ReplicaKey(new ShardKey(TenantId.Parse(sample.Index.Tenant), sample.Index.Spec.Name, sample.Index.Incarnation, shard), 1).ToString());

    public static async Task<ShardHits> SearchAsync(GrainsCluster cluster, Sample sample, int shard, ShardQuery query)
    {
        using var limit = new CancellationTokenSource(s_longest);
        while (true)
        {
            var answer = await Find(cluster, sample, shard).Search(query, limit.Token);
            if (answer.IsSuccess)
                return answer.Value;
            Assert.Equal(Slugs.ShardMoving, answer.Error.Slug);
            Assert.False(limit.IsCancellationRequested, answer.Error.Detail);
        }
    }
}

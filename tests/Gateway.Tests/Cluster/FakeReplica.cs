using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>A replica that answers what its shard does. Faults at <c>replica/2</c> (that of shard 2).</summary>
internal sealed class FakeReplica(FakeCluster cluster, string key) : IShardReplicaGrain
{
    private readonly ReplicaKey _key = ReplicaKey.Parse(key);

    public async Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation = default)
    {
        if (await cluster.Faults.PassAsync<ShardHits>("replica") is { } any)
            return any;
        if (await cluster.Faults.PassAsync<ShardHits>($"replica/{_key.Shard.Shard}") is { } own)
            return own;
        return await cluster.Shard(_key.Shard.ToString()).Search(query, cancellation);
    }

    public Task<ReplicaStatus> GetStatus() => throw new NotSupportedException("The catalog tells it.");

    public Task HandOver(string silo) => throw new NotSupportedException("The cluster does it.");
}

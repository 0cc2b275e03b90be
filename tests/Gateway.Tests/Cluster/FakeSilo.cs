using System.Buffers.Binary;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>The shards of one silo: it has those that the cluster says, and sends the best of them together.</summary>
internal sealed class FakeSilo(FakeCluster cluster, string address) : ISiloShardsGrain
{
    public async Task<SiloHits> Search(SiloQuery query, CancellationToken cancellation = default)
    {
        await cluster.Faults.PassAsync<bool>($"silo/{address}");
        var legs = new List<SiloLeg>();
        foreach (var number in query.Shards)
        {
            var answer = cluster.SiloOf(number) == address
                ? await cluster.Shard(ShardKey.WithPrefix(query.Index, number)).Search(query.Query, cancellation)
                : Error.RetryLater(Slugs.ShardMoving, "It is elsewhere.", 1);
            legs.Add(new SiloLeg(number, answer.IsSuccess ? answer.Value : null, answer.Error, answer.IsSuccess ? answer.Value.Ids.Length : 0, 1));
        }

        var best = legs.SelectMany(leg => HitsOf(leg)).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal).Take(query.Query.TopK).ToLookup(hit => hit.Shard);
        return new SiloHits([.. legs.Select(leg => leg with { Hits = leg.Hits?.Best(best[leg.Shard].Count()) })]);
    }

    public Task Warm(string shard) => Task.CompletedTask;

    private static ImmutableArray<(int Shard, string Id, float Score)> HitsOf(SiloLeg leg) => leg.Hits is null
        ? []
        : [.. leg.Hits.Ids.Select((id, i) => (leg.Shard, id, BinaryPrimitives.ReadSingleLittleEndian(leg.Hits.Scores.AsSpan(i * sizeof(float)))))];
}

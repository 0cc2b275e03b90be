using System.Buffers.Binary;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Grains.Placement;

/// <summary>The first of the two merges: of the hits of a silo's shards only those go out that can be among the best of all.</summary>
internal static class SiloMerge
{
    /// <param name="hits">Of each shard; null where it has none to give.</param>
    /// <param name="count">How many of them together.</param>
    /// <returns>How many of each shard's first hits stay.</returns>
    public static int[] Cut(IReadOnlyList<ShardHits?> hits, int count)
    {
        var lists = new List<IReadOnlyList<(int Shard, float Score, string Id)>>(hits.Count);
        for (var shard = 0; shard < hits.Count; shard++)
        {
            if (hits[shard] is { } some)
                lists.Add(Ranked(shard, some));
        }

        var kept = new int[hits.Count];
        foreach (var (shard, _, _) in TopKMerge.Merge(lists, count, hit => (hit.Score, hit.Id)))
            kept[shard]++;
        return kept;
    }

    private static (int Shard, float Score, string Id)[] Ranked(int shard, ShardHits hits)
    {
        var ranked = new (int Shard, float Score, string Id)[hits.Ids.Length];
        for (var i = 0; i < ranked.Length; i++)
            ranked[i] = (shard, BinaryPrimitives.ReadSingleLittleEndian(hits.Scores.AsSpan(i * sizeof(float))), hits.Ids[i]);
        return ranked;
    }
}

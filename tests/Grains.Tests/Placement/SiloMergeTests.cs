using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Grains.Placement;

namespace ClipOrleans.Grains.Tests.Placement;

// Danger: a silo leaves out a hit that belongs to the answer, or ties are broken otherwise than by the gateway.
// Invariant (I10): merging what silos sent gives the hits and the order that merging whole shards gives.
// Method: random hits with many equal scores from a seed; both ways.
public sealed class SiloMergeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 10)]
    [InlineData(4, 100)]
    [InlineData(5, 0)]
    public void I10_what_is_left_out_is_in_no_answer(int seed, int count)
    {
        var random = new Random(seed);
        var shards = Enumerable.Range(0, 6).Select(shard => random.Next(5) == 0 ? null : Hits(random, shard)).ToArray();
        var all = Merged(shards, count);

        var silos = new[] { shards[..2], shards[2..5], shards[5..] };
        var sent = silos.SelectMany(silo => silo.Zip(SiloMerge.Cut(silo, count), (hits, kept) => hits?.Best(kept))).ToArray();
        Assert.Equal(all, Merged(sent, count));
        Assert.All(silos, silo => Assert.InRange(SiloMerge.Cut(silo, count).Sum(), 0, count));
    }

    [Fact]
    public void The_best_of_a_shard_are_its_first_with_all_that_belongs_to_them()
    {
        var hits = Hits(new Random(1), 0);
        var best = hits.Best(2);
        Assert.Equal(hits.Ids[..2], best.Ids);
        Assert.Equal(8, best.Scores.Length);
        Assert.Equal(16, best.Locators.Length);
        Assert.Same(hits, hits.Best(int.MaxValue));
    }

    private static ShardHits Hits(Random random, int shard)
    {
        var sorted = Enumerable.Range(0, 20)
            .Select(i => (Id: $"d{random.Next(1000):D4}-{shard}-{i}", Score: random.Next(8) / 8f))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal).ToList();
        return new ShardHits(
            [.. sorted.Select(hit => hit.Id)],
            MemoryMarshal.AsBytes<float>(sorted.Select(hit => hit.Score).ToArray()).ToArray(),
            new byte[sorted.Count * sizeof(long)],
            [],
            sorted.Count,
            [],
            Exact: true,
            new ShardPlan(shard, "exact-scan-all", 20, 20, 20, 1, 1, 1, 1, 1));
    }

    private static ImmutableArray<string> Merged(IReadOnlyList<ShardHits?> shards, int count) =>
    [
        .. shards.OfType<ShardHits>()
            .SelectMany(hits => hits.Ids.Zip(MemoryMarshal.Cast<byte, float>(hits.Scores).ToArray(), (id, score) => (Id: id, Score: score)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal)
            .Take(count)
            .Select(hit => hit.Id),
    ];
}

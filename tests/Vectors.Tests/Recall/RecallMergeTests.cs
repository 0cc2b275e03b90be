using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: a shard that measured two queries weighs as much as one that measured a thousand.
// Invariant: means go by queries; joining makes an interval no wider than the widest; each band appears once, widest first.
public sealed class RecallMergeTests
{
    [Fact]
    public void Shards_count_by_their_queries()
    {
        var merged = RecallMerge.Merge(
        [
            new("1-10%", 0.9, 0.8, 0.95, 10, 1),
            new("all", 0.96, 0.95, 0.97, 300, 0.5),
            new("all", 1.00, 0.97, 1.00, 100, -0.5),
            new("10-50%", 1, 0, 1, 0, 0),
        ]);
        Assert.Equal(["all", "1-10%"], merged.Select(band => band.Selectivity));
        Assert.Equal(400, merged[0].Queries);
        Assert.Equal(0.97, merged[0].Recall, 9);
        Assert.Equal(0.25, merged[0].Effort, 9);
        Assert.Equal(0.97 - Math.Sqrt(Math.Pow(0.75 * 0.01, 2) + Math.Pow(0.25 * 0.03, 2)), merged[0].Low, 9);
        Assert.Equal(0.97 + (0.75 * 0.01), merged[0].High, 9);
        Assert.Equal(new BandRecall("1-10%", 0.9, 0.8, 0.95, 10, 1), merged[1]);
    }

    [Fact]
    public void Nothing_measured_gives_nothing() => Assert.Empty(RecallMerge.Merge([]));
}

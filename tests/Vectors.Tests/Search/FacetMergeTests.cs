using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Search;

// Danger: counts lost at the limit, or an order that depends on the shards.
// Invariant: what is listed and what is "other" add up to what was counted. Exact merging is held in ModelTests.
public sealed class FacetMergeTests
{
    [Fact]
    public void Counts_add_up_and_ties_go_by_value()
    {
        FacetCounts[] first = [new("colour", [new("Red", 3), new("Blue", 2), new("a", 1)], 4)];
        FacetCounts[] second = [new("colour", [new("Blue", 1), new("B", 1)], 5)];
        var merged = Assert.Single(FacetMerge.Merge([first, second], 3));
        Assert.Equal([new FacetCount("Blue", 3), new("Red", 3), new("B", 1)], merged.Values);
        Assert.Equal(10, merged.OtherCount);
    }

    [Fact]
    public void A_limit_of_zero_leaves_only_the_sum()
    {
        var merged = Assert.Single(FacetMerge.Merge([[new("colour", [new("Red", 3)], 4)]], 0));
        Assert.Empty(merged.Values);
        Assert.Equal(7, merged.OtherCount);
    }

    [Fact]
    public void No_shards_have_no_facets() => Assert.Empty(FacetMerge.Merge([], 10));
}

using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Search;

// Danger: a plan that reads a whole index for one match, or jumps through memory where it should stream.
// Invariant: the decision table, without any index behind it.
public sealed class SearchPlannerTests
{
    [Theory]
    [InlineData(0, 0, 0, 10, "none-match", 0)]
    [InlineData(1000, 1000, 0, 10, "none-match", 0)]
    [InlineData(1000, 1000, 0, 0, "none-match", 0)]
    [InlineData(1000, 1000, 1000, 0, "count-only", 0)]
    [InlineData(1000, 1000, 1000, 10, "exact-scan-all", 1000)]
    [InlineData(1000, 1000, 500, 10, "exact-scan-all", 1000)]
    [InlineData(1000, 1000, 396, 10, "exact-scan-all", 1000)]
    [InlineData(1000, 1000, 395, 10, "exact-scan-matches", 395)]
    [InlineData(1000, 1000, 1, 10, "exact-scan-matches", 1)]
    [InlineData(1000, 100, 100, 10, "exact-scan-matches", 100)]
    [InlineData(1, 1, 1, 10_000, "exact-scan-all", 1)]
    public void A_vector_query_is_planned_by_what_it_must_read(int rows, long live, long matched, int topK, string name, long rowsToScore)
    {
        var plan = SearchPlanner.ForVector(new PlanInputs(rows, live, matched, topK, 512));
        Assert.Equal((name, rowsToScore, live, matched), (plan.Name, plan.RowsToScore, plan.LiveDocuments, plan.Matched));
        Assert.Equal(rowsToScore > 0, plan.EstimatedMicroseconds > 0);
    }

    [Theory]
    [InlineData(0, 10, "none-match")]
    [InlineData(5, 0, "count-only")]
    [InlineData(5, 10, "id-order")]
    public void Without_a_vector_the_order_is_that_of_ids(long matched, int take, string name) =>
        Assert.Equal(name, SearchPlanner.ForIdOrder(matched, 1000, take).Name);

    [Fact]
    public void Selectivity_is_the_share_that_matches()
    {
        Assert.Equal(0.25, SearchPlanner.ForVector(new PlanInputs(4000, 400, 100, 10, 8)).Selectivity);
        Assert.Equal(0, SearchPlanner.ForVector(new PlanInputs(4000, 0, 0, 10, 8)).Selectivity);
    }
}

using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Ann;

/// <summary>Answers by the way that a test is about, whatever the planner would choose for data so small.</summary>
internal static class ForcedPlan
{
    public static RowHit[] Search(CollectionView view, SearchStrategy strategy, ReadOnlySpan<float> query, SearchOptions options, double level = 2)
    {
        using var competing = view.Competitors(options);
        var plan = new SearchPlan(strategy, view.Count, view.CountMatches(options.Filter), 0, 0, level);
        return CandidateSearch.Run(view.State, plan, query, options, competing, TestContext.Current.CancellationToken).Hits;
    }
}

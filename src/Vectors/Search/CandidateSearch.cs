using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors.Search;

/// <summary>Carries out a plan: finds the rows worth a precise score, and scores them with the float32 vectors.</summary>
internal static class CandidateSearch
{
    /// <summary>The hits, and what they cost but for the time.</summary>
    /// <param name="state">What is searched.</param>
    /// <param name="plan">The way.</param>
    /// <param name="query">Normalised.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="competing">Rows that may be hits.</param>
    /// <param name="cancel">Gives up.</param>
    public static (RowHit[] Hits, SearchCost Cost) Run(
        CollectionState state, SearchPlan plan, ReadOnlySpan<float> query, SearchOptions options, DocumentSet competing, CancellationToken cancel)
    {
        if (plan.Strategy is SearchStrategy.NoneMatch or SearchStrategy.CountOnly)
            return ([], new SearchCost(0, 0, 0));
        var capacity = (int)Math.Min(options.TopK, plan.Matched);
        using var heap = new TopKHeap(capacity, options.MinScore ?? float.NegativeInfinity, state.Ids);
        var cost = plan.Strategy switch
        {
            SearchStrategy.ExactScanAll => new SearchCost(ExactScan.All(state.Vectors, competing, query, heap, cancel), 0, 0),
            SearchStrategy.ExactScanMatches => new SearchCost(ExactScan.Matches(state.Vectors, competing, query, heap, cancel), 0, 0),
            _ => ByCodes(state, plan, query, options, competing, heap, cancel),
        };
        return (heap.Drain(state.Locators), cost);
    }

    private static SearchCost ByCodes(
        CollectionState state, SearchPlan plan, ReadOnlySpan<float> query, SearchOptions options, DocumentSet competing, TopKHeap heap, CancellationToken cancel)
    {
        var index = state.Index ?? throw new InvalidOperationException($"{plan.Name} needs an index.");
        var effort = SearchEffort.Of(plan.EffortLevel ?? throw new InvalidOperationException($"{plan.Name} needs an effort."), options.TopK, state.RowCount, index.Model.Components is not null);
        var search = new ListSearch(index, state.ListSizes, competing, options.Filter is not null, query, options.TopK, effort, cancel);
        var finalists = plan.Strategy == SearchStrategy.CodeScanMatches
            ? search.RunMatches((int)plan.Matched, out var cost)
            : search.Run(out cost);
        foreach (var row in finalists)
            heap.Offer(Processor.Dot(query, state.Vectors[row]), row);
        state.Vectors.KeepAlive();
        return new SearchCost(cost.Rows + cost.Candidates + finalists.Length, 0, 0)
        {
            ListsProbed = cost.Lists,
            RowsCoded = cost.Rows,
            RowsRescored = cost.Candidates,
        };
    }
}

namespace ClipOrleans.Vectors.Search;

/// <summary>The ways to answer. Zero is invalid.</summary>
public enum SearchStrategy
{
    None = 0,

    /// <summary>Nothing matches, nothing is read.</summary>
    NoneMatch = 1,

    /// <summary>Only the count and the facets are wanted.</summary>
    CountOnly = 2,

    /// <summary>Every row is scored in the order it lies in memory; the matches compete.</summary>
    ExactScanAll = 3,

    /// <summary>Only the matching rows are read.</summary>
    ExactScanMatches = 4,

    /// <summary>No vector: the matches in id order.</summary>
    IdOrder = 5,

    /// <summary>Lists of coded rows in the order of promise; the best are scored again.</summary>
    ListScan = 6,

    /// <summary>The codes of the matching rows; the best are scored again.</summary>
    CodeScanMatches = 7,
}

/// <summary>How a search is answered: what explain and telemetry print.</summary>
/// <param name="Strategy">The way chosen.</param>
/// <param name="LiveDocuments">Documents in the view.</param>
/// <param name="Matched">Exact number that match the filter.</param>
/// <param name="RowsToScore">Vectors the chosen way compares with the query.</param>
/// <param name="EstimatedMicroseconds">Of one thread, from prices measured by the benchmarks.</param>
/// <param name="EffortLevel">Of an approximate search; null otherwise.</param>
public sealed record SearchPlan(
    SearchStrategy Strategy, long LiveDocuments, long Matched, long RowsToScore, double EstimatedMicroseconds, double? EffortLevel = null)
{
    /// <summary>The stable name: none-match, count-only, exact-scan-all, exact-scan-matches, id-order, list-scan, code-scan-matches.</summary>
    public string Name => Strategy switch
    {
        SearchStrategy.NoneMatch => "none-match",
        SearchStrategy.CountOnly => "count-only",
        SearchStrategy.ExactScanAll => "exact-scan-all",
        SearchStrategy.ExactScanMatches => "exact-scan-matches",
        SearchStrategy.IdOrder => "id-order",
        SearchStrategy.ListScan => "list-scan",
        SearchStrategy.CodeScanMatches => "code-scan-matches",
        _ => throw new InvalidOperationException($"No plan was made: {Strategy}."),
    };

    /// <summary>The hits are the true best.</summary>
    public bool IsExact => Strategy switch
    {
        SearchStrategy.NoneMatch or SearchStrategy.CountOnly or SearchStrategy.IdOrder
            or SearchStrategy.ExactScanAll or SearchStrategy.ExactScanMatches => true,
        SearchStrategy.ListScan or SearchStrategy.CodeScanMatches => false,
        _ => throw new InvalidOperationException($"Nobody has said whether {Strategy} is exact."),
    };

    /// <summary>Share of the live documents that match, 0 to 1.</summary>
    public double Selectivity => LiveDocuments == 0 ? 0 : (double)Matched / LiveDocuments;
}

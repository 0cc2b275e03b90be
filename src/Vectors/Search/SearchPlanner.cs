namespace ClipOrleans.Vectors.Search;

/// <summary>What the choice depends on.</summary>
/// <param name="Rows">Rows in memory, dead ones too.</param>
/// <param name="LiveDocuments">Documents in the view.</param>
/// <param name="Matched">Exact number that match the filter.</param>
/// <param name="TopK">Hits wanted.</param>
/// <param name="Dimensions">Of a vector.</param>
internal readonly record struct PlanInputs(int Rows, long LiveDocuments, long Matched, int TopK, int Dimensions)
{
    /// <summary>Null: there are no codes, or none may be used.</summary>
    public CodeInputs? Codes { get; init; }
}

/// <param name="Lists">Lists of short codes.</param>
/// <param name="CodeBytes">8-bit code of a row; 0 when there are none.</param>
/// <param name="EffortLevel">Of a search.</param>
internal readonly record struct CodeInputs(int Lists, int CodeBytes, double EffortLevel);

/// <summary>Chooses; does nothing. Doing is <see cref="CandidateSearch"/>'s and <see cref="IdWalk"/>'s.</summary>
internal static class SearchPlanner
{
    /// <summary>The plan for a query with a vector: of the ways that apply, the one that costs least.</summary>
    public static SearchPlan ForVector(in PlanInputs inputs)
    {
        if (inputs.Matched == 0)
            return Plan(inputs, SearchStrategy.NoneMatch, 0, 0);
        if (inputs.TopK == 0)
            return Plan(inputs, SearchStrategy.CountOnly, 0, 0);
        var best = Plan(inputs, SearchStrategy.ExactScanAll, inputs.Rows, CostModel.ExactScanAll(inputs));
        best = Cheaper(best, Plan(inputs, SearchStrategy.ExactScanMatches, inputs.Matched, CostModel.ExactScanMatches(inputs)));
        if (inputs.Codes is not { } codes)
            return best;
        var (rows, cost) = CostModel.ListScan(inputs, codes);
        best = Cheaper(best, Plan(inputs, SearchStrategy.ListScan, rows, cost, codes.EffortLevel));
        if (codes.CodeBytes > 0)
            best = Cheaper(best, Plan(inputs, SearchStrategy.CodeScanMatches, inputs.Matched, CostModel.CodeScanMatches(inputs, codes), codes.EffortLevel));
        return best;
    }

    /// <summary>The plan for a query without a vector.</summary>
    public static SearchPlan ForIdOrder(long matched, long liveDocuments, int take) => new(
        matched == 0 ? SearchStrategy.NoneMatch : take == 0 ? SearchStrategy.CountOnly : SearchStrategy.IdOrder, liveDocuments, matched, 0, 0);

    private static SearchPlan Cheaper(SearchPlan one, SearchPlan other) => other.EstimatedMicroseconds < one.EstimatedMicroseconds ? other : one;

    private static SearchPlan Plan(in PlanInputs inputs, SearchStrategy strategy, long rowsToScore, double microseconds, double? effortLevel = null) =>
        new(strategy, inputs.LiveDocuments, inputs.Matched, rowsToScore, microseconds, effortLevel);
}

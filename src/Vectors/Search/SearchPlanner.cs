namespace ClipOrleans.Vectors.Search;

/// <summary>What the choice depends on.</summary>
/// <param name="Rows">Rows in memory, dead ones too.</param>
/// <param name="LiveDocuments">Documents in the view.</param>
/// <param name="Matched">Exact number that match the filter.</param>
/// <param name="TopK">Hits wanted.</param>
/// <param name="Dimensions">Of a vector.</param>
internal readonly record struct PlanInputs(int Rows, long LiveDocuments, long Matched, int TopK, int Dimensions);

/// <summary>Chooses; does nothing. Doing is <see cref="ExactScan"/>'s and <see cref="IdWalk"/>'s.</summary>
internal static class SearchPlanner
{
    /// <summary>
    /// Measured over 100,000 rows of 512 floats on one core: a row read and scored in sequence takes about 95 ns. Another
    /// processor was half as fast in both prices; only their ratio decides.
    /// </summary>
    public const double SequentialNanosecondsPerByte = 95.0 / 2048;

    /// <summary>The same where the rows before and after are passed over: about 240 ns.</summary>
    public const double RandomNanosecondsPerByte = 240.0 / 2048;

    /// <summary>The plan for a query with a vector.</summary>
    public static SearchPlan ForVector(in PlanInputs inputs)
    {
        var rowBytes = inputs.Dimensions * (double)sizeof(float);
        var all = inputs.Rows * rowBytes * SequentialNanosecondsPerByte / 1000;
        var matches = inputs.Matched * rowBytes * RandomNanosecondsPerByte / 1000;
        return (inputs.Matched, inputs.TopK) switch
        {
            (0, _) => Plan(inputs, SearchStrategy.NoneMatch, 0, 0),
            (_, 0) => Plan(inputs, SearchStrategy.CountOnly, 0, 0),
            _ when matches < all => Plan(inputs, SearchStrategy.ExactScanMatches, inputs.Matched, matches),
            _ => Plan(inputs, SearchStrategy.ExactScanAll, inputs.Rows, all),
        };
    }

    /// <summary>The plan for a query without a vector.</summary>
    public static SearchPlan ForIdOrder(in PlanInputs inputs) => (inputs.Matched, inputs.TopK) switch
    {
        (0, _) => Plan(inputs, SearchStrategy.NoneMatch, 0, 0),
        (_, 0) => Plan(inputs, SearchStrategy.CountOnly, 0, 0),
        _ => Plan(inputs, SearchStrategy.IdOrder, 0, 0),
    };

    private static SearchPlan Plan(in PlanInputs inputs, SearchStrategy strategy, long rowsToScore, double microseconds) =>
        new(strategy, inputs.LiveDocuments, inputs.Matched, rowsToScore, microseconds);
}

using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Search;

/// <summary>
/// Prices of one thread, in microseconds, fitted by hand to what <c>bench filters</c>, <c>bench vectors</c> and
/// <c>bench scan</c> gave on one processor with AVX-512. Another is faster or slower in all of them; the choice depends on
/// their ratios. How matches lie towards the query is not known here: far ones cost a list scan several times this.
/// </summary>
internal static class CostModel
{
    /// <summary>A row of 512 floats read and scored in sequence takes about 95 ns.</summary>
    private const double SequentialByte = 95.0 / 2048 / 1000;

    /// <summary>The same where the rows before and after are passed over: about 240 ns.</summary>
    private const double RandomByte = 240.0 / 2048 / 1000;

    /// <summary>Query to codes and tables, first order of lists.</summary>
    private const double ListScanStart = 20;

    /// <summary>A list's centroid scored, and its place in some orders.</summary>
    private const double List = 0.012;

    /// <summary>A row's short code, in a block of 32.</summary>
    private const double ShortCode = 0.0025;

    /// <summary>An 8-bit code from anywhere in memory, asked for ahead: a start and its lines.</summary>
    private const double LongCode = 0.02;
    private const double LongCodeByte = 0.08 / 512;

    /// <summary>Rows read for a search without a filter at level 0, as a share of all: falls slowly with their number.</summary>
    private const double ShareAtLevel0 = 0.045;

    /// <summary>One more level reads so many times the rows.</summary>
    private const double ShareGrowth = 1.35;

    /// <summary>Fewer matches lie deeper in the order of lists.</summary>
    private const double SelectivityExponent = -0.2;

    public static double ExactScanAll(in PlanInputs inputs) => inputs.Rows * RowBytes(inputs) * SequentialByte;

    public static double ExactScanMatches(in PlanInputs inputs) => inputs.Matched * RowBytes(inputs) * RandomByte;

    public static (long Rows, double Cost) ListScan(in PlanInputs inputs, in CodeInputs codes)
    {
        var effort = SearchEffort.Of(codes.EffortLevel, inputs.TopK, inputs.Rows, codes.CodeBytes > 0);
        var share = Math.Min(1, ShareAtLevel0 * Math.Pow(ShareGrowth, codes.EffortLevel) * Math.Pow(Selectivity(inputs), SelectivityExponent));
        var rows = share * inputs.Rows;
        var candidates = Math.Min(effort.Candidates, inputs.Matched);
        var rescoring = codes.CodeBytes > 0
            ? (candidates * (LongCode + (codes.CodeBytes * LongCodeByte))) + Precise(inputs, effort.Finalists)
            : Precise(inputs, candidates);
        return ((long)rows, ListScanStart + (codes.Lists * List) + (rows * ShortCode) + rescoring);
    }

    public static double CodeScanMatches(in PlanInputs inputs, in CodeInputs codes)
    {
        var effort = SearchEffort.Of(codes.EffortLevel, inputs.TopK, inputs.Rows, hasComponents: true);
        return (inputs.Matched * (LongCode + (codes.CodeBytes * LongCodeByte))) + Precise(inputs, effort.Finalists);
    }

    private static double Precise(in PlanInputs inputs, long rows) => Math.Min(rows, inputs.Matched) * RowBytes(inputs) * RandomByte;

    private static double RowBytes(in PlanInputs inputs) => inputs.Dimensions * (double)sizeof(float);

    private static double Selectivity(in PlanInputs inputs) => inputs.Matched / (double)Math.Max(1, inputs.LiveDocuments);
}

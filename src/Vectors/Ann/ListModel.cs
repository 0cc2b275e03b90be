using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// What an index learns from a sample: axes, centroids of the lists, values of the short codes, steps of the 8-bit codes,
/// and how far rows lie from their centroids. Immutable; any number of threads use it at once.
/// </summary>
internal sealed class ListModel
{
    /// <summary>Groups of 4 bits in a short code where 8-bit codes follow: 32 bytes.</summary>
    public const int ShortGroups = 64;

    /// <summary>Dimensions for each group where the short codes are all there is: one bit a dimension.</summary>
    private const int DimensionsPerGroup = 4;

    private const int LargestGroups = 512;
    private const int AxisSample = 8192;
    private const int RowsPerCentroid = 32;
    private const int ResidualSample = 16_384;

    /// <summary>A list's own spread counts in full once it has many more sampled rows than this.</summary>
    private const double SpreadPrior = 8;

    /// <summary>Below this many rows, blocks of a list would stay half empty.</summary>
    private const int LeastListRows = 64;

    private const double ListsPerRoot = 4;

    public ListModel(Projection projection, Clustering lists, GroupCodebooks shortCodes, ComponentCodes? components, float[] axisVariance, float[] spread, int learntFrom)
    {
        Projection = projection;
        Lists = lists;
        ShortCodes = shortCodes;
        Components = components;
        AxisVariance = axisVariance;
        Spread = spread;
        LearntFrom = learntFrom;
    }

    public Projection Projection { get; }

    public Clustering Lists { get; }

    public GroupCodebooks ShortCodes { get; }

    /// <summary>Null: candidates are scored with the precise vectors right away.</summary>
    public ComponentCodes? Components { get; }

    /// <summary>Variance of the rows' differences from their centroids along each axis, in squared units of a component.</summary>
    public float[] AxisVariance { get; }

    /// <summary>For each list, its standard deviation as a multiple of the average list's.</summary>
    public float[] Spread { get; }

    /// <summary>Live rows when it was learnt; a sample of them was looked at.</summary>
    public int LearntFrom { get; }

    public long BytesInMemory =>
        Projection.BytesInMemory + Lists.BytesInMemory + (ShortCodes.All.Length * (long)sizeof(short))
        + ((Components?.Dimensions ?? 0) * 2L * sizeof(float)) + ((AxisVariance.Length + (long)Spread.Length) * sizeof(float));

    /// <summary>Standard deviation of the scores in an average list, for a query's weights.</summary>
    public float Deviation(ReadOnlySpan<float> weights)
    {
        var variance = 0f;
        for (var axis = 0; axis < AxisVariance.Length; axis++)
            variance += weights[axis] * weights[axis] * AxisVariance[axis];
        return MathF.Sqrt(Math.Max(variance, float.Epsilon));
    }

    /// <summary>Lists for so many rows: four times the root, but not so many that blocks stay empty.</summary>
    public static int ListCount(int rows) =>
        Math.Clamp((int)Math.Min(ListsPerRoot * Math.Sqrt(rows), rows / (double)LeastListRows), 1, ushort.MaxValue);

    /// <summary>Learns from evenly spaced rows.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="live">Rows to learn from, in order; not empty.</param>
    /// <param name="dimensions">Of a vector.</param>
    /// <param name="withComponents">8-bit codes follow the short ones.</param>
    /// <param name="seed">Decides what chance decides.</param>
    /// <param name="work">Threads, pauses and cancellation.</param>
    public static ListModel Train(VectorRows rows, int[] live, int dimensions, bool withComponents, int seed, Work work)
    {
        var groups = withComponents ? ShortGroups : Math.Clamp(dimensions / DimensionsPerGroup, AxisGroups.Granularity, LargestGroups);
        groups = Math.Min(groups, dimensions);
        groups = (groups + AxisGroups.Granularity - 1) / AxisGroups.Granularity * AxisGroups.Granularity;
        var sizes = AxisGroups.Sizes(dimensions, groups);

        var axisRows = Spaced(live, AxisSample);
        var sample = new float[axisRows.Length * dimensions];
        for (var i = 0; i < axisRows.Length; i++)
            rows[axisRows[i]].CopyTo(sample.AsSpan(i * dimensions));
        work.Cancel.ThrowIfCancellationRequested();
        var projection = Projection.Train(sample, dimensions, sizes.Sum(), seed);
        var components = withComponents ? ComponentCodes.Train(sample, dimensions) : null;

        var listCount = ListCount(live.Length);
        var clusterRows = Spaced(live, Math.Max(listCount * RowsPerCentroid, ResidualSample));
        var projected = Projected(rows, clusterRows, projection, work);
        var lists = Clustering.Train(projected, projection.Stride, listCount, work);
        var nearest = new ushort[clusterRows.Length];
        lists.Nearest(projected, nearest, work);
        for (var row = 0; row < nearest.Length; row++)
            Subtract(projected.AsSpan(row * projection.Stride, projection.Stride), lists[nearest[row]]);

        var (axisVariance, spread) = Spreads(projected, nearest, projection, listCount);
        var residuals = Residuals(projected, projection.Stride);
        return new ListModel(projection, lists, GroupCodebooks.Train(sizes, residuals, projection.Stride, work.Options), components, axisVariance, spread, live.Length);
    }

    /// <summary>Makes components the difference from a centroid.</summary>
    public static void Subtract(Span<short> components, ReadOnlySpan<short> centroid)
    {
        for (var axis = 0; axis < components.Length; axis++)
            components[axis] -= centroid[axis];
    }

    private static int[] Spaced(int[] live, int count)
    {
        count = Math.Min(count, live.Length);
        var spaced = new int[count];
        for (var i = 0; i < count; i++)
            spaced[i] = live[(int)((long)i * live.Length / count)];
        return spaced;
    }

    private static short[] Projected(VectorRows rows, int[] wanted, Projection projection, Work work)
    {
        var projected = new short[wanted.Length * projection.Stride];
        work.For(wanted.Length, 64, (first, end) =>
        {
            for (var i = first; i < end; i++)
                projection.Project(rows[wanted[i]], projected.AsSpan(i * projection.Stride, projection.Stride));
        });
        return projected;
    }

    private static (float[] AxisVariance, float[] Spread) Spreads(short[] residuals, ushort[] nearest, Projection projection, int listCount)
    {
        var axisSums = new long[projection.AxisCount];
        var listSums = new long[listCount];
        var counts = new int[listCount];
        var total = 0L;
        for (var row = 0; row < nearest.Length; row++)
        {
            var squares = 0L;
            for (var axis = 0; axis < axisSums.Length; axis++)
            {
                long component = residuals[(row * projection.Stride) + axis];
                axisSums[axis] += component * component;
                squares += component * component;
            }

            listSums[nearest[row]] += squares;
            counts[nearest[row]]++;
            total += squares;
        }

        var average = Math.Max(1, total / (double)nearest.Length);
        var axisVariance = new float[axisSums.Length];
        for (var axis = 0; axis < axisVariance.Length; axis++)
            axisVariance[axis] = (float)(axisSums[axis] / (double)nearest.Length);
        var spread = new float[listCount];
        for (var list = 0; list < listCount; list++)
            spread[list] = (float)Math.Sqrt((listSums[list] + (SpreadPrior * average)) / ((counts[list] + SpreadPrior) * average));
        return (axisVariance, spread);
    }

    /// <summary>Evenly spaced rows: the values of 16 codes need no more.</summary>
    private static short[] Residuals(short[] all, int stride)
    {
        var rows = all.Length / stride;
        var count = Math.Min(rows, ResidualSample);
        var residuals = new short[count * stride];
        for (var i = 0; i < count; i++)
            all.AsSpan((int)((long)i * rows / count) * stride, stride).CopyTo(residuals.AsSpan(i * stride));
        return residuals;
    }
}

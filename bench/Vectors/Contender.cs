namespace ClipOrleans.Bench.Vectors;

/// <summary>One configuration of one engine: what it cost to build and what it reaches at each effort.</summary>
/// <param name="Family">The engine.</param>
/// <param name="Name">Engine and configuration.</param>
/// <param name="Cost">Of building it.</param>
/// <param name="Points">In order of effort.</param>
internal sealed record Contender(string Family, string Name, BuildCost Cost, IReadOnlyList<RecallPoint> Points)
{
    /// <summary>Queries a second at exactly this recall@10, between the two nearest measurements; null when it is not reached.</summary>
    public double? RateAt(double recall, Func<RecallPoint, double> rate)
    {
        var points = Points.OrderBy(point => point.Recall).ToList();
        var above = points.FindIndex(point => point.Recall >= recall);
        if (above < 0)
            return null;
        if (above == 0)
            return rate(points[0]);
        var (low, high) = (points[above - 1], points[above]);
        var share = (recall - low.Recall) / (high.Recall - low.Recall);
        return Math.Exp(((1 - share) * Math.Log(rate(low))) + (share * Math.Log(rate(high))));
    }
}

/// <summary>What an index cost to build and what it takes.</summary>
/// <param name="Wall">Seconds.</param>
/// <param name="Cpu">Seconds of processor time, which other work on the machine does not lengthen.</param>
/// <param name="BytesPerVector">While searching, everything counted, in memory or mapped.</param>
/// <param name="BytesInMemory">The same without what is mapped.</param>
/// <param name="BytesWithoutFloats">The same without any float32 row; null where an engine has no others.</param>
internal sealed record BuildCost(double Wall, double Cpu, double BytesPerVector, double BytesInMemory, double? BytesWithoutFloats);

/// <param name="Effort">Our effort level, ef, nprobe and the like.</param>
/// <param name="Recall">Share of the true ten best that were found.</param>
/// <param name="Qps">Queries a second by the clock.</param>
/// <param name="CpuMicros">Processor time of a query.</param>
internal sealed record RecallPoint(double Effort, double Recall, double Qps, double CpuMicros)
{
    public double QueriesPerCpuSecond => 1e6 / CpuMicros;
}

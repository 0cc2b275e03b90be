namespace ClipOrleans.Bench.Vectors;

/// <summary>One configuration of one engine: what it cost to build and what it reaches at each effort.</summary>
/// <param name="Name">Engine and configuration.</param>
/// <param name="BuildWall">Seconds.</param>
/// <param name="BuildCpu">Seconds of processor time, which other work on the machine does not lengthen.</param>
/// <param name="BytesPerVector">In memory while searching.</param>
/// <param name="Points">In order of effort.</param>
internal sealed record Contender(string Name, double BuildWall, double BuildCpu, double BytesPerVector, IReadOnlyList<RecallPoint> Points)
{
    /// <summary>Queries a second of processor time at exactly this recall@10, between the two nearest measurements; null when it is not reached.</summary>
    public double? RateAt(double recall)
    {
        var points = Points.OrderBy(point => point.Recall).ToList();
        var above = points.FindIndex(point => point.Recall >= recall);
        if (above < 0)
            return null;
        if (above == 0)
            return points[0].QueriesPerCpuSecond;
        var (low, high) = (points[above - 1], points[above]);
        var share = (recall - low.Recall) / (high.Recall - low.Recall);
        return Math.Exp(((1 - share) * Math.Log(low.QueriesPerCpuSecond)) + (share * Math.Log(high.QueriesPerCpuSecond)));
    }
}

/// <param name="Effort">ef, nprobe and the like.</param>
/// <param name="Recall">Share of the true ten best that were found.</param>
/// <param name="Qps">Queries a second by the clock.</param>
/// <param name="CpuMicros">Processor time of a query.</param>
internal sealed record RecallPoint(int Effort, double Recall, double Qps, double CpuMicros)
{
    public double QueriesPerCpuSecond => 1e6 / CpuMicros;
}

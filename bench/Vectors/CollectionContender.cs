using System.Diagnostics;
using ClipOrleans.Storage;
using ClipOrleans.Vectors;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Our index in the comparison, as the service runs it: the public collection and view, planner and filters' set of rows included.</summary>
internal static class CollectionContender
{
    public const string Family = "ours";

    /// <summary>Recall that nobody asks for more than: the ladder ends there.</summary>
    private const double EnoughRecall = 0.997;

    /// <summary>A single pass at a low effort is over too soon to be measured.</summary>
    private const double LeastSeconds = 1;

    private const double LowestEffort = -4;
    private const double HighestEffort = 6;
    private const double EffortStep = 0.5;

    public static Contender Measure(VectorDataSet data, int threads, Quantization quantization, PreciseVectors precise)
    {
        Console.WriteLine($"running ours, {quantization}");
        var (wall, cpu) = (Stopwatch.GetTimestamp(), ProcessorTime.Seconds());
        var collection = BenchCollection.Filled(data, BenchCollection.Options(quantization, precise));
        collection.Train(threads);
        var (buildWall, buildCpu) = (Stopwatch.GetElapsedTime(wall).TotalSeconds, ProcessorTime.Seconds() - cpu);

        var (n, memory) = ((double)data.Count, collection.Memory);
        var cost = new BuildCost(buildWall, buildCpu, (memory.InMemory + memory.Mapped) / n, memory.InMemory / n, (memory.InMemory - memory.Vectors) / n);
        Repeated(data, collection.View, threads, 0); // warms: the first searches run unoptimised code
        return new Contender(Family, $"ours, {quantization.ToString().ToLowerInvariant()}", cost, Ladder(data, collection.View, threads));
    }

    /// <summary>From the lowest effort up to where recall is enough.</summary>
    public static List<RecallPoint> Ladder(VectorDataSet data, CollectionView view, int threads)
    {
        var points = new List<RecallPoint>();
        for (var effort = LowestEffort; effort <= HighestEffort; effort += EffortStep)
        {
            points.Add(Repeated(data, view, threads, effort));
            if (points[^1].Recall >= EnoughRecall)
                break;
        }

        return points;
    }

    private static RecallPoint Repeated(VectorDataSet data, CollectionView view, int threads, double effort)
    {
        var options = BenchCollection.WithEffort(effort);
        var passes = new List<SearchPass>();
        do
            passes.Add(SearchPass.Run(view, data.AllQueries, threads, _ => options));
        while (passes.Sum(pass => pass.Seconds) < LeastSeconds);
        return new RecallPoint(
            effort,
            passes[0].Recall(query => data.Best(query, SearchPass.Top)),
            passes.Count * data.QueryCount / passes.Sum(pass => pass.Seconds),
            passes.Average(pass => pass.CpuMicros));
    }
}

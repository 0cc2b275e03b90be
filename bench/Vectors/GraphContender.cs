using System.Diagnostics;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Our own graph in the comparison: search on codes, then the true score of the candidates with the float32 vectors.</summary>
internal static class GraphContender
{
    private const int SampleRows = 8192;
    private const int Top = 10;
    private static readonly int[] Efforts = [20, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960];

    public static Contender Measure(VectorDataSet data, int threads, GraphSettings settings)
    {
        Console.WriteLine("running our graph");
        var (wall, cpu) = (Stopwatch.GetTimestamp(), ProcessorTime.Seconds());
        var index = Build(data, threads, settings);
        var (buildWall, buildCpu) = (Stopwatch.GetElapsedTime(wall).TotalSeconds, ProcessorTime.Seconds() - cpu);
        Points(data, index, threads, Efforts[0]); // warms: the first searches run unoptimised code
        var points = Efforts.Select(effort => Points(data, index, threads, effort)).ToList();
        var name = $"ours: {settings.CodeBytes} B codes, degree {settings.Degree}";
        return new Contender(name, buildWall, buildCpu, (double)index.BytesInMemory / data.Count, points);
    }

    public static GraphIndex Build(VectorDataSet data, int threads, GraphSettings settings)
    {
        var d = data.Dimensions;
        var sample = new float[Math.Min(SampleRows, data.Count) * d];
        for (var i = 0; i < sample.Length / d; i++)
            data.Vector((int)((long)i * data.Count / (sample.Length / d))).CopyTo(sample.AsSpan(i * d));
        var index = new GraphIndex(settings, VectorEncoder.Train(sample, d, new CodeLayout(settings.CodeBytes), seed: 1));
        index.AddAll(data.Vectors, threads);
        index.Publish();
        return index;
    }

    /// <summary>Candidates scored again: a code of a quarter of the dimensions is near, not exact, and at a high effort the rest of the loss is here.</summary>
    public static int Candidates(int effort) => Math.Min(effort, Math.Max(100, effort / 2));

    private static RecallPoint Points(VectorDataSet data, GraphIndex index, int threads, int effort)
    {
        var hits = 0;
        var (wall, cpu) = (Stopwatch.GetTimestamp(), ProcessorTime.Seconds());
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            var candidates = new int[Candidates(effort)];
            var best = new RowScore[Top];
            for (var query = thread; query < data.QueryCount; query += threads)
            {
                var count = index.View.Search(data.Query(query), effort, candidates);
                count = Rescorer.Best(data.Query(query), candidates.AsSpan(0, count), new Rows(data), best);
                Interlocked.Add(ref hits, Found(best.AsSpan(0, count), data.Best(query, Top)));
            }
        });
        var seconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        var micros = 1e6 * (ProcessorTime.Seconds() - cpu) / data.QueryCount;
        return new RecallPoint(effort, hits / (double)(Top * data.QueryCount), data.QueryCount / seconds, micros);
    }

    private static int Found(ReadOnlySpan<RowScore> found, ReadOnlySpan<int> truth)
    {
        var hits = 0;
        foreach (var hit in found)
            hits += truth.Contains(hit.Row) ? 1 : 0;
        return hits;
    }

    private readonly struct Rows(VectorDataSet data) : IRowVectors
    {
        public ReadOnlySpan<float> this[int row] => data.Vector(row);
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Bench.Scan;

/// <summary>Rows a second of the exact scan on one core, against its scalar twin and against reading the same bytes.</summary>
internal static class ScanBench
{
    private const int Seed = 1;
    private const int Dimensions = 512;
    private const int Repeats = 9;
    private static readonly int[] Rows = [3_000, 100_000];

    public static Command Command()
    {
        var command = new Command("scan", "Exact scan, rows a second on one core");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var report = new Report("scan", "Exact scan");
        report.Line($"float32, {Dimensions} dimensions, top 10, one core, kernel {Processor.KernelName}; median of {Repeats} runs.");
        report.Line();
        report.Table(["rows", "scan, million rows/s", "scan, GB/s", "scalar twin, million rows/s", "scan ÷ twin", "kernel alone ÷ scan"], Rows.Select(Measure));
        report.Write();
        return 0;
    }

    private static string[] Measure(int rows)
    {
        var random = new Random(Seed);
        var vectors = Enumerable.Range(0, rows).Select(_ => Normalised(random)).ToArray();
        var query = Normalised(random);
        var collection = new VectorCollection(Dimensions, FieldSchema.Empty);
        foreach (var (i, vector) in vectors.Index())
        {
            collection.Upsert($"row-{i:D7}", vector, FieldValues.Empty, i);
        }

        collection.Publish();
        var flat = vectors.SelectMany(vector => vector).ToArray();
        var options = new SearchOptions { TopK = 10, Exact = true };
        var scan = RowsPerSecond(rows, () => collection.View.Search(query, options).Hits.Count);
        var kernel = RowsPerSecond(rows, () => Sum(flat, query, Processor.Dot));
        var twin = RowsPerSecond(rows, () => Sum(flat, query, Scalar));
        return
        [
            rows.ToString("N0", CultureInfo.InvariantCulture),
            Millions(scan),
            (scan * Dimensions * sizeof(float) / 1e9).ToString("F1", CultureInfo.InvariantCulture),
            Millions(twin),
            (scan / twin).ToString("F1", CultureInfo.InvariantCulture),
            (kernel / scan).ToString("F2", CultureInfo.InvariantCulture),
        ];
    }

    private static double RowsPerSecond(int rows, Func<double> run)
    {
        var inner = Math.Max(1, 300_000 / rows);
        var rates = Enumerable.Range(0, Repeats + 1).Select(_ => Rate(rows, inner, run)).Skip(1).Order().ToArray(); // the first one warms
        return rates[rates.Length / 2];
    }

    private static double Rate(int rows, int inner, Func<double> run)
    {
        var sink = 0.0;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < inner; i++)
        {
            sink += run();
        }

        var seconds = watch.Elapsed.TotalSeconds;
        return double.IsNaN(sink) ? throw new InvalidDataException("The scores are no numbers.") : (double)rows * inner / seconds;
    }

    private static double Sum(float[] flat, float[] query, Dot dot)
    {
        var sum = 0.0;
        for (var start = 0; start < flat.Length; start += Dimensions)
        {
            sum += dot(query, flat.AsSpan(start, Dimensions));
        }

        return sum;
    }

    private static float Scalar(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => ScalarDot.Dot(in a[0], in b[0], (nuint)a.Length);

    private static float[] Normalised(Random random)
    {
        var vector = new float[Dimensions];
        foreach (ref var value in vector.AsSpan())
        {
            value = (float)((random.NextDouble() * 2) - 1);
        }

        return VectorMath.TryNormalize(vector) ? vector : throw new InvalidDataException("A random vector without a length.");
    }

    private static string Millions(double rate) => (rate / 1e6).ToString("F2", CultureInfo.InvariantCulture);

    private delegate float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b);
}

using System.Globalization;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Bench.Filters;

/// <summary>The true best matches of each query in each cell, kept beside the data.</summary>
internal sealed class FilterTruth
{
    private const int Top = SearchPass.Top;
    private const int QueriesAtOnce = 8;

    private readonly int[] _rows;
    private readonly int _queries;

    private FilterTruth(int[] rows, int queries) => (_rows, _queries) = (rows, queries);

    public static FilterTruth Open(VectorDataSet data, FilterWorkload workload, int queries, int seed)
    {
        var path = Path.Combine(data.Folder, string.Create(CultureInfo.InvariantCulture, $"filters-{CellPartition.CellCount}-{FilterCell.All.Count}x{queries}-{seed}.ibin"));
        if (!File.Exists(path))
        {
            Console.WriteLine($"finding the true best of {queries} queries in {FilterCell.All.Count} cells");
            VectorFile.Write<int>(path, Top, Find(data, workload, queries));
        }

        return new FilterTruth(VectorFile.Read<int>(path, out _), queries);
    }

    /// <summary>As many as there are, at most ten.</summary>
    public ReadOnlyMemory<int> Best(int cell, int query)
    {
        var best = _rows.AsMemory(((cell * _queries) + query) * Top, Top);
        var end = best.Span.IndexOf(-1);
        return end < 0 ? best : best[..end];
    }

    private static int[] Find(VectorDataSet data, FilterWorkload workload, int queries)
    {
        var truth = new int[FilterCell.All.Count * queries * Top];
        truth.AsSpan().Fill(-1);
        Parallel.For(0, (queries + QueriesAtOnce - 1) / QueriesAtOnce, block =>
        {
            var first = block * QueriesAtOnce;
            var scores = Scores(data, first, Math.Min(QueriesAtOnce, queries - first));
            for (var i = 0; i < scores.Length; i++)
            {
                foreach (var (number, cell) in FilterCell.All.Index())
                    Best(scores[i], workload.Choice(cell, first + i), truth.AsSpan(((number * queries) + first + i) * Top, Top));
            }
        });
        return truth;
    }

    /// <summary>Of all rows, for some queries: each row is read once for all of them.</summary>
    private static float[][] Scores(VectorDataSet data, int first, int count)
    {
        var scores = Enumerable.Range(0, count).Select(_ => new float[data.Count]).ToArray();
        for (var row = 0; row < data.Count; row++)
        {
            for (var i = 0; i < count; i++)
                scores[i][row] = VectorMath.Dot(data.Query(first + i), data.Vector(row));
        }

        return scores;
    }

    private static void Best(float[] scores, RowChoice? choice, Span<int> best)
    {
        var count = 0;
        for (var row = 0; row < scores.Length; row++)
        {
            if ((count == best.Length && scores[row] <= scores[best[^1]]) || choice?.Has(row) == false)
                continue;
            var at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && scores[best[at - 1]] < scores[row]; at--)
                best[at] = best[at - 1];
            best[at] = row;
        }
    }
}

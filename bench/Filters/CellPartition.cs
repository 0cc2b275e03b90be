using System.Globalization;
using System.Numerics.Tensors;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Filters;

/// <summary>
/// Rows in cells, each row in that of the sampled row it is nearest to: what a filter that has to do with the query picks
/// whole. And a seeded shuffle of the rows: what a filter that has nothing to do with it picks.
/// </summary>
internal sealed class CellPartition
{
    public const int CellCount = 1000;

    private readonly float[] _means;
    private readonly int _dimensions;

    private CellPartition(VectorDataSet data, int[] cells, int[] draws)
    {
        (Cells, Draws, _dimensions) = (cells, draws, data.Dimensions);
        _means = new float[CellCount * _dimensions];
        Members = [.. Enumerable.Range(0, CellCount).Select(_ => new List<int>())];
        var byDraw = new int[draws.Length];
        foreach (var (row, draw) in draws.Index())
            byDraw[draw] = row;
        foreach (var row in byDraw)
            Members[cells[row]].Add(row);
        for (var cell = 0; cell < CellCount; cell++)
        {
            var mean = _means.AsSpan(cell * _dimensions, _dimensions);
            foreach (var row in Members[cell])
                TensorPrimitives.Add(mean, data.Vector(row), mean);
            TensorPrimitives.Divide(mean, Math.Max(1, Members[cell].Count), mean);
        }
    }

    /// <summary>The cell of each row.</summary>
    public int[] Cells { get; }

    /// <summary>The place of each row in the shuffle.</summary>
    public int[] Draws { get; }

    /// <summary>The rows of each cell, in the order of the shuffle.</summary>
    public List<int>[] Members { get; }

    /// <summary>The partition of a data set, kept beside it.</summary>
    public static CellPartition Open(VectorDataSet data, int seed)
    {
        var path = Path.Combine(data.Folder, string.Create(CultureInfo.InvariantCulture, $"cells-{CellCount}-{seed}.ibin"));
        var draws = Enumerable.Range(0, data.Count).ToArray();
        var random = new Random(seed);
        random.Shuffle(draws);
        if (!File.Exists(path))
            VectorFile.Write<int>(path, 1, Assigned(data, draws[..CellCount]));
        return new CellPartition(data, VectorFile.Read<int>(path, out _), draws);
    }

    /// <summary>Cells from the one whose rows score highest on average to the one whose rows score lowest.</summary>
    public int[] ByCloseness(ReadOnlySpan<float> query)
    {
        var scores = new float[CellCount];
        var order = new int[CellCount];
        for (var cell = 0; cell < CellCount; cell++)
            (order[cell], scores[cell]) = (cell, -TensorPrimitives.Dot(query, _means.AsSpan(cell * _dimensions, _dimensions)));
        Array.Sort(scores, order);
        return order;
    }

    private static int[] Assigned(VectorDataSet data, int[] seeds)
    {
        Console.WriteLine($"dividing {data.Count} rows into {seeds.Length} cells");
        var cells = new int[data.Count];
        var centres = seeds.SelectMany(row => data.Vector(row).ToArray()).ToArray();
        Parallel.For(0, data.Count, row =>
        {
            var (best, cell) = (float.NegativeInfinity, 0);
            for (var i = 0; i < seeds.Length; i++)
            {
                var score = TensorPrimitives.Dot(data.Vector(row), centres.AsSpan(i * data.Dimensions, data.Dimensions));
                if (score > best)
                    (best, cell) = (score, i);
            }

            cells[row] = cell;
        });
        return cells;
    }
}

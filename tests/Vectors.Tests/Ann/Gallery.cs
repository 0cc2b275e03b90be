using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Ann;

/// <summary>Clustered vectors in a cone and queries from beside it, small enough to know the truth about each search.</summary>
internal sealed class Gallery
{
    public const int Dimensions = 64;
    public const int Top = 10;
    private const int Queries = 60;
    private const int Clusters = 80;
    private readonly Random _random;
    private readonly float[] _spectrum = [.. Enumerable.Range(1, Dimensions).Select(i => (float)Math.Pow(i, -0.45))];
    private readonly float[][] _centres;
    private readonly float[] _cone;

    public Gallery(int seed)
    {
        _random = new Random(seed);
        _cone = Draw();
        _centres = [.. Enumerable.Range(0, Clusters).Select(_ => Draw())];
        QueryVectors = [.. Enumerable.Range(0, Queries).Select(_ => Sum(_centres[_random.Next(Clusters)], 0.6f, Draw(), 0.8f))];
    }

    public static GraphSettings Settings { get; } = new() { CodeBytes = 64, Degree = 23, DegreeAfterChoice = 18, BuildEffort = 64 };

    public float[][] QueryVectors { get; }

    public List<float[]> Vectors { get; } = [];

    /// <summary>Draws that many vectors more.</summary>
    public float[] Draw(int count)
    {
        var first = Vectors.Count;
        for (var i = 0; i < count; i++)
            Vectors.Add(Sum(_cone, 0.7f, Sum(_centres[_random.Next(Clusters)], 0.7f, Draw(), 0.6f), 0.7f));
        return [.. Vectors.Skip(first).SelectMany(vector => vector)];
    }

    public static GraphIndex Index(float[] vectors, int threads = 1)
    {
        var index = new GraphIndex(Settings, VectorEncoder.Train(vectors, Dimensions, new CodeLayout(Settings.CodeBytes), seed: 1));
        index.AddAll(vectors, threads);
        index.Publish();
        return index;
    }

    public static DocumentSet Set(int rows, Func<int, bool> contains)
    {
        var set = DocumentSet.None(rows);
        for (var row = 0; row < rows; row++)
        {
            if (contains(row))
                set.Add(row);
        }

        return set;
    }

    /// <summary>The true best rows, where row <c>i</c> is <paramref name="vectors"/>[i].</summary>
    public static int[] Truth(IReadOnlyList<float[]> vectors, float[] query, Func<int, bool> accepts) =>
        [.. Enumerable.Range(0, vectors.Count).Where(accepts).OrderByDescending(row => VectorMath.Dot(query, vectors[row])).ThenBy(row => row).Take(Top)];

    /// <summary>Share of the true best that a search of candidates, scored again, finds.</summary>
    public double Recall(IReadOnlyList<float[]> vectors, Func<int, bool> accepts, Func<float[], int[]> candidates)
    {
        var (found, wanted) = (0, 0);
        var best = new RowScore[Top];
        foreach (var query in QueryVectors)
        {
            var truth = Truth(vectors, query, accepts);
            var count = Rescorer.Best(query, candidates(query), new Rows(vectors), best);
            found += best.Take(count).Count(hit => truth.Contains(hit.Row));
            wanted += truth.Length;
        }

        return found / (double)wanted;
    }

    public static int[] Search(GraphView view, float[] query, int effort)
    {
        var rows = new int[effort];
        return rows[..view.Search(query, effort, rows)];
    }

    private float[] Draw() => Normal([.. _spectrum.Select(deviation => deviation * Gaussian.Next(_random))]);

    private static float[] Sum(float[] a, float shareA, float[] b, float shareB) => Normal([.. a.Zip(b, (x, y) => (x * shareA) + (y * shareB))]);

    private static float[] Normal(float[] vector)
    {
        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }

    internal readonly struct Rows(IReadOnlyList<float[]> vectors) : IRowVectors
    {
        public ReadOnlySpan<float> this[int row] => vectors[row];
    }
}

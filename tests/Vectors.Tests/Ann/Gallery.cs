using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Codes;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests.Ann;

/// <summary>
/// Vectors like those of images (a cone, clusters of many sizes, variances that fall slowly) and queries like those of
/// texts (from beside the cone), small enough to know the truth about each search. The same seed gives the same ones.
/// </summary>
internal sealed class Gallery
{
    private const int Clusters = 120;

    private readonly Random _random;
    private readonly float[] _spectrum;
    private readonly float[][] _centres;
    private readonly float[] _images;
    private readonly float[] _texts;

    public Gallery(int dimensions, int rows, int queries, int seed)
    {
        Dimensions = dimensions;
        _random = new Random(seed);
        _spectrum = [.. Enumerable.Range(1, dimensions).Select(static i => (float)Math.Pow(i, -0.45))];
        _images = Draw();
        _texts = Draw();
        _centres = [.. Enumerable.Range(0, Clusters).Select(_ => Draw())];
        Vectors = [.. Enumerable.Range(0, rows).Select(_ => Image())];
        Queries = [.. Enumerable.Range(0, queries).Select(_ => Text())];
    }

    /// <summary>"n": the number of the row; "part": its last digit, as a keyword.</summary>
    public static FieldSchema Schema { get; } = new([new("n", FieldType.Number), new("part", FieldType.Keyword)]);

    public int Dimensions { get; }

    public float[][] Vectors { get; }

    public float[][] Queries { get; }

    public static string Id(int row) => $"{row:D6}";

    public static FieldValues Values(int row) => Sample.Values(Schema, $"{{\"n\":{row},\"part\":\"{row % 10}\"}}");

    /// <summary>An untrained collection of these rows, published.</summary>
    public VectorCollection Collection(Quantization quantization = Quantization.Int8, int? rows = null)
    {
        var collection = new VectorCollection(Dimensions, Schema, new CollectionOptions { Quantization = quantization });
        Insert(collection, 0, rows ?? Vectors.Length);
        collection.Publish();
        return collection;
    }

    public void Insert(VectorCollection collection, int first, int end)
    {
        for (var row = first; row < end; row++)
            collection.Upsert(Id(row), Vectors[row], Values(row), row);
    }

    /// <summary>An index of the first rows, without a collection.</summary>
    public ListIndex Index(int rows, bool withComponents, int threads = 1)
    {
        var blocks = Blocks(rows);
        var work = new Work(threads, null, TestContext.Current.CancellationToken);
        var index = new ListIndex(ListModel.Train(blocks.Rows, [.. Enumerable.Range(0, rows)], Dimensions, withComponents, seed: 1, work));
        index.AppendAll(blocks.Rows, rows, work);
        index.AppendedSince = 0;
        return index;
    }

    public VectorBlocks Blocks(int rows)
    {
        var blocks = new VectorBlocks(Dimensions, HeapVectorMemory.Instance);
        for (var row = 0; row < rows; row++)
            blocks.Append(Vectors[row]);
        return blocks;
    }

    /// <summary>The finalists of a search of an index, in rising order.</summary>
    public static int[] Finalists(ListIndex index, int rows, ReadOnlySpan<float> query, int topK = 10, double level = 1)
    {
        using var competing = DocumentSet.All(rows);
        var effort = SearchEffort.Of(level, topK, rows, index.Model.Components is not null);
        var search = new ListSearch(index, SizesBelow(index, rows), competing, false, query, topK, effort, TestContext.Current.CancellationToken);
        return [.. search.Run(out _).ToArray().Order()];
    }

    /// <summary>What a view of the first rows knows of each list.</summary>
    public static float[] SizesBelow(ListIndex index, int rows)
    {
        var sizes = new float[index.Model.Lists.Count];
        for (var row = 0; row < rows; row++)
            sizes[Column<ushort>.At(index.ListOfRow, row)]++;
        return sizes;
    }

    /// <summary>Share of the true best that searches find, over all queries.</summary>
    public double Recall(CollectionView view, SearchOptions options)
    {
        var (found, wanted) = (0, 0);
        foreach (var query in Queries)
        {
            var outcome = view.Search(query, options);
            Assert.False(outcome.Plan.IsExact, $"{outcome.Plan.Name} proves nothing");
            var truth = view.Search(query, options with { Exact = true }).Hits.Select(static hit => hit.Id).ToHashSet(StringComparer.Ordinal);
            found += outcome.Hits.Count(hit => truth.Contains(hit.Id));
            wanted += truth.Count;
        }

        return found / (double)wanted;
    }

    private float[] Image() => Sum(_images, 0.7f, Sum(_centres[(int)(Clusters * Math.Pow(_random.NextDouble(), 1.5))], 0.7f, Draw(), 0.6f), 0.7f);

    private float[] Text() => Sum(_texts, 0.75f, Sum(_centres[_random.Next(Clusters)], 0.6f, Draw(), 0.8f), 0.65f);

    private float[] Draw()
    {
        var vector = new float[Dimensions];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = _spectrum[i] * Gaussian.Next(_random);
        return Normal(vector);
    }

    private static float[] Sum(float[] a, float shareA, float[] b, float shareB)
    {
        var sum = new float[a.Length];
        for (var i = 0; i < sum.Length; i++)
            sum[i] = (a[i] * shareA) + (b[i] * shareB);
        return Normal(sum);
    }

    private static float[] Normal(float[] vector)
    {
        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }
}

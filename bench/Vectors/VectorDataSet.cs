using System.Globalization;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Vectors, queries and truth, made once and kept in artifacts/bench-data, outside git.</summary>
internal sealed record VectorDataSet(string Folder, int Dimensions, float[] Vectors, float[] Queries, int[] Truth)
{
    public static string Cache { get; } = Path.Combine(Machine.Repository, "artifacts", "bench-data");

    public int Count => Vectors.Length / Dimensions;

    public int QueryCount => Queries.Length / Dimensions;

    public string BasePath => Path.Combine(Folder, "base.fbin");

    public string QueriesPath => Path.Combine(Folder, "queries.fbin");

    public string TruthPath => Path.Combine(Folder, "truth.ibin");

    public VectorQueries AllQueries => new(Queries, Dimensions, 0, QueryCount);

    public ReadOnlySpan<float> Vector(int row) => Vectors.AsSpan(row * Dimensions, Dimensions);

    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimensions, Dimensions);

    /// <summary>The true best rows of a query.</summary>
    public ReadOnlyMemory<int> Best(int query, int count) => Truth.AsMemory(query * (Truth.Length / QueryCount), count);

    /// <summary>The CLIP-like vectors of a seed.</summary>
    public static VectorDataSet Open(int count, int dimensions, int seed)
    {
        var folder = Path.Combine(Cache, string.Create(CultureInfo.InvariantCulture, $"cliplike-{count}x{dimensions}-{seed}"));
        if (TryRead(folder) is { } kept)
            return kept;
        Console.WriteLine($"making {count} vectors in {folder}");
        var made = new ClipLikeVectors(count, dimensions, seed);
        return Keep(folder, dimensions, made.Images(count), made.Texts());
    }

    /// <summary>The set that was kept in a folder; null when there is none, or it was not finished.</summary>
    public static VectorDataSet? TryRead(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "truth.ibin")))
            return null;
        var vectors = VectorFile.Read<float>(Path.Combine(folder, "base.fbin"), out var dimensions);
        return new VectorDataSet(
            folder,
            dimensions,
            vectors,
            VectorFile.Read<float>(Path.Combine(folder, "queries.fbin"), out _),
            VectorFile.Read<int>(Path.Combine(folder, "truth.ibin"), out _));
    }

    /// <summary>Finds the truth and keeps everything; the truth is written last, so that half a set is none.</summary>
    public static VectorDataSet Keep(string folder, int dimensions, float[] vectors, float[] queries)
    {
        Directory.CreateDirectory(folder);
        var truth = GroundTruth.Find(vectors, queries, dimensions);
        var made = new VectorDataSet(folder, dimensions, vectors, queries, truth);
        VectorFile.Write<float>(made.BasePath, dimensions, vectors);
        VectorFile.Write<float>(made.QueriesPath, dimensions, queries);
        VectorFile.Write<int>(made.TruthPath, truth.Length / made.QueryCount, truth);
        return made;
    }
}

using System.Globalization;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Vectors, queries and truth, made once and kept in artifacts/bench-data, outside git.</summary>
internal sealed record VectorDataSet(string Folder, int Dimensions, float[] Vectors, float[] Queries, int[] Truth)
{
    public int Count => Vectors.Length / Dimensions;

    public int QueryCount => Queries.Length / Dimensions;

    public string BasePath => Path.Combine(Folder, "base.fbin");

    public string QueriesPath => Path.Combine(Folder, "queries.fbin");

    public string TruthPath => Path.Combine(Folder, "truth.ibin");

    public static string Cache { get; } = Path.Combine(Machine.Repository, "artifacts", "bench-data");

    public ReadOnlySpan<float> Vector(int row) => Vectors.AsSpan(row * Dimensions, Dimensions);

    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimensions, Dimensions);

    /// <summary>The true best rows of a query.</summary>
    public ReadOnlySpan<int> Best(int query, int count) => Truth.AsSpan(query * (Truth.Length / QueryCount), count);

    public static VectorDataSet Open(int count, int dimensions, int seed)
    {
        var folder = Path.Combine(Cache, string.Create(CultureInfo.InvariantCulture, $"cliplike-{count}x{dimensions}-{seed}"));
        if (!File.Exists(Path.Combine(folder, "truth.ibin")))
        {
            Directory.CreateDirectory(folder);
            Console.WriteLine($"making {count} vectors in {folder}");
            var made = new ClipLikeVectors(count, dimensions, seed);
            var vectors = made.Images(count);
            var queries = made.Texts();
            VectorFile.Write<float>(Path.Combine(folder, "base.fbin"), dimensions, vectors);
            VectorFile.Write<float>(Path.Combine(folder, "queries.fbin"), dimensions, queries);
            VectorFile.Write<int>(Path.Combine(folder, "truth.ibin"), Math.Min(GroundTruth.Depth, count), GroundTruth.Find(vectors, queries, dimensions));
        }

        return new VectorDataSet(
            folder,
            dimensions,
            VectorFile.Read<float>(Path.Combine(folder, "base.fbin"), out _),
            VectorFile.Read<float>(Path.Combine(folder, "queries.fbin"), out _),
            VectorFile.Read<int>(Path.Combine(folder, "truth.ibin"), out _));
    }
}

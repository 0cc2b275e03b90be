using System.Globalization;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Files;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Our index over a data set: the id of a document is its row's number.</summary>
internal static class BenchCollection
{
    /// <param name="quantization">Of the codes.</param>
    /// <param name="precise">Where the float32 rows lie.</param>
    /// <param name="targetRecall">What is promised; searches of a prescribed effort do not depend on it.</param>
    public static CollectionOptions Options(Quantization quantization, PreciseVectors precise, double targetRecall = 0.95) => new()
    {
        Quantization = quantization,
        TargetRecall = targetRecall,
        PreciseVectors = precise == PreciseVectors.Mapped ? Mapped() : HeapVectorMemory.Instance,
    };

    public static VectorCollection Filled(VectorDataSet data, CollectionOptions options) => Filled(data, options, FieldSchema.Empty, _ => FieldValues.Empty);

    public static VectorCollection Filled(VectorDataSet data, CollectionOptions options, FieldSchema schema, Func<int, FieldValues> values)
    {
        var collection = new VectorCollection(data.Dimensions, schema, options);
        for (var row = 0; row < data.Count; row++)
            collection.Upsert(row.ToString(CultureInfo.InvariantCulture), data.Vector(row), values(row), row);
        collection.Publish();
        return collection;
    }

    public static SearchOptions WithEffort(double effort) => new() { TopK = SearchPass.Top, EffortLevel = effort };

    /// <summary>Files as a shard's, which lose their names at once and their space with the process.</summary>
    private static MappedVectorMemory Mapped()
    {
        var folder = Path.Combine(VectorDataSet.Cache, "scratch");
        Directory.CreateDirectory(folder);
        return new MappedVectorMemory(LocalDisk.Instance, new ShardFiles(folder));
    }
}

using System.Text;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests;

/// <summary>Small ways to fill a collection with what a test can predict.</summary>
internal static class Sample
{
    public static float[] Direction(int seed, int dimensions)
    {
        var random = new Random(seed);
        float[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)];
        Assert.True(VectorMath.TryNormalize(vector));
        return vector;
    }

    public static FieldValues Values(FieldSchema schema, string json) => MetadataReader.ReadLenient(Encoding.UTF8.GetBytes(json), schema);

    public static Filter Filter(FieldSchema schema, string json)
    {
        Assert.True(FilterParser.TryParse(Encoding.UTF8.GetBytes(json), schema, out var filter, out var faults), string.Join('\n', faults));
        return filter;
    }

    /// <summary>A published collection of ids 0, 1, … with 8 digits, each with a direction of its own.</summary>
    public static VectorCollection Collection(int rows, int dimensions)
    {
        var collection = new VectorCollection(dimensions, FieldSchema.Empty);
        for (var i = 0; i < rows; i++)
            collection.Upsert($"{i:D8}", Direction(i, dimensions), FieldValues.Empty, i);
        collection.Publish();
        return collection;
    }
}

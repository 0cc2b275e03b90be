using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests;

// Danger: a change of the index that costs recall, and that no other test would notice.
// Invariant: recall@10 at a given effort stays above what was measured when this was written, less two points.
// Method: 20,000 vectors like those of images, queries like those of texts; the truth is the exact search.
public sealed class RecallFloorTests
{
    private const int Rows = 20_000;

    private static readonly Gallery Small = new(64, Rows, queries: 100, seed: 41);
    private static readonly Gallery Wide = new(128, Rows, queries: 60, seed: 42);
    private static readonly Lazy<CollectionView> SmallInt8 = new(() => Trained(Small, Quantization.Int8));
    private static readonly Lazy<CollectionView> SmallBinary = new(() => Trained(Small, Quantization.Binary));
    private static readonly Lazy<CollectionView> WideInt8 = new(() => Trained(Wide, Quantization.Int8));

    [Theory]
    [InlineData(Quantization.Int8, -2, 0.92)]
    [InlineData(Quantization.Int8, 0, 0.965)]
    [InlineData(Quantization.Binary, 0, 0.935)]
    [InlineData(Quantization.Binary, 3, 0.975)]
    public void Recall_of_64_dimensions_stays_above_its_floor(Quantization quantization, double level, double floor)
    {
        var view = (quantization is Quantization.Int8 ? SmallInt8 : SmallBinary).Value;
        Assert.InRange(Small.Recall(view, new SearchOptions { EffortLevel = level }), floor, 1);
    }

    [Theory]
    [InlineData(-2, 0.94)]
    [InlineData(0, 0.96)]
    [InlineData(3, 0.975)]
    public void Recall_of_128_dimensions_stays_above_its_floor(double level, double floor) =>
        Assert.InRange(Wide.Recall(WideInt8.Value, new SearchOptions { EffortLevel = level }), floor, 1);

    [Theory]
    [InlineData("{\"n\":{\"$lt\":10000}}", 0.965)]
    [InlineData("{\"part\":{\"$in\":[\"3\",\"4\"]}}", 0.975)]
    [InlineData("{\"part\":\"3\",\"n\":{\"$lt\":8000}}", 0.98)]
    public void Recall_under_a_filter_stays_above_its_floor(string filter, double floor) =>
        Assert.InRange(Wide.Recall(WideInt8.Value, new SearchOptions { EffortLevel = 0, Filter = Sample.Filter(Gallery.Schema, filter) }), floor, 1);

    [Fact]
    public void Near_duplicates_closer_than_codes_can_tell_are_found_with_effort_enough()
    {
        const int dimensions = 128;
        const int groups = 150;
        const int copies = 40;
        var collection = new VectorCollection(dimensions, FieldSchema.Empty, new CollectionOptions { Quantization = Quantization.Int8 });
        for (var row = 0; row < groups * copies; row++)
        {
            float[] copy = [.. Sample.Direction(row % groups, dimensions).Zip(Sample.Direction(1_000 + row, dimensions), static (value, noise) => value + (noise / 200))];
            Assert.True(VectorMath.TryNormalize(copy));
            collection.Upsert($"{row}", copy, FieldValues.Empty, row);
        }

        Assert.True(collection.Train(2));
        var found = 0;
        for (var i = 0; i < 40; i++)
        {
            var query = Sample.Direction(100_000 + i, dimensions);
            var truth = collection.View.Search(query, new SearchOptions { Exact = true }).Hits.Select(static hit => hit.Id);
            found += ForcedPlan.Search(collection.View, SearchStrategy.ListScan, query, new SearchOptions(), level: 8).Select(static hit => hit.Id).Intersect(truth).Count();
        }

        Assert.InRange(found / 400.0, 0.96, 1);
    }

    private static CollectionView Trained(Gallery gallery, Quantization quantization)
    {
        var collection = gallery.Collection(quantization);
        Assert.True(collection.Train(2));
        return collection.View;
    }
}

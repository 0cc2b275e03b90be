using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Tests;

// Danger: a change of the quantization that leaves searches without codes while new ones are learnt, or old codes for ever;
// codes that nobody counts.
// Invariant: what there is serves until its successor is adopted; no codes are asked for, none are there.
// Method: one collection is moved through all of them.
public sealed class QuantizationTests
{
    private const int Dimensions = 256;
    private const int Rows = 5_000;

    [Fact]
    public void A_change_is_followed_by_the_next_training_and_served_by_the_old_codes_until_then()
    {
        var collection = Filled(Quantization.Int8);
        Assert.Equal((0, true), (collection.Memory.Codes, IsExact(collection)));
        Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        var int8 = collection.Memory.Codes;
        Assert.InRange(int8, Rows * Dimensions, long.MaxValue);
        Assert.False(IsExact(collection));
        Assert.Null(collection.BeginTraining());

        Change(collection, Quantization.Binary);
        Assert.Equal((int8, false), (collection.Memory.Codes, IsExact(collection)));
        Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        Assert.InRange(collection.Memory.Codes, Rows * Dimensions / 8, int8 / 2);
        Assert.False(IsExact(collection));

        Change(collection, Quantization.None);
        Assert.Equal((0, true), (collection.Memory.Codes, IsExact(collection)));
        Assert.Null(collection.BeginTraining());

        Change(collection, Quantization.Auto);
        Assert.Equal((0, true), (collection.Memory.Codes, IsExact(collection)));
        Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        Assert.Equal(int8, collection.Memory.Codes);
    }

    [Fact]
    public void A_training_that_was_begun_for_another_quantization_is_not_adopted()
    {
        var collection = Filled(Quantization.Int8);
        var training = collection.BeginTraining()!;
        training.Run(2, breathe: null, TestContext.Current.CancellationToken);
        Change(collection, Quantization.Binary);
        Assert.False(collection.Adopt(training));
        Change(collection, Quantization.None);
        Assert.False(collection.Adopt(training));
        collection.Publish();
        Assert.Equal(0, collection.Memory.Codes);
    }

    [Theory]
    [InlineData(Quantization.Auto, "auto")]
    [InlineData(Quantization.None, "none")]
    [InlineData(Quantization.Int8, "int8")]
    [InlineData(Quantization.Binary, "binary")]
    public void A_name_is_read_as_what_it_was_written_for(Quantization quantization, string name)
    {
        Assert.Equal(name, Quantizations.ToName(quantization));
        Assert.True(Quantizations.TryParse(name, out var read));
        Assert.Equal(quantization, read);
        Assert.False(Quantizations.TryParse(name.ToUpperInvariant(), out _));
    }

    [Fact]
    public void What_is_no_choice_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantizations.ToName(Quantization.Invalid));
        Assert.ThrowsAny<ArgumentException>(() => new VectorCollection(4, FieldSchema.Empty, new CollectionOptions { Quantization = Quantization.Invalid }));
    }

    private static void Change(VectorCollection collection, Quantization quantization)
    {
        collection.Reconfigure(collection.Options with { Quantization = quantization });
        collection.Publish();
    }

    private static bool IsExact(VectorCollection collection)
    {
        var outcome = collection.View.Search(Sample.Direction(7, Dimensions), new SearchOptions { TopK = 10 });
        Assert.Equal($"{7:D8}", outcome.Hits[0].Id);
        return outcome.Plan.IsExact;
    }

    private static VectorCollection Filled(Quantization quantization)
    {
        var collection = new VectorCollection(Dimensions, FieldSchema.Empty, new CollectionOptions { Quantization = quantization });
        for (var row = 0; row < Rows; row++)
            collection.Upsert($"{row:D8}", Sample.Direction(row, Dimensions), FieldValues.Empty, row);
        collection.Publish();
        return collection;
    }
}

using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Saved;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests.Saved;

// Danger: a collection that comes back from a file with other answers, or from a damaged file at all.
// Invariant: I10, what was saved answers as it did and goes on as it would have; each flipped bit of a file of rows is noticed.
// Method: collections with codes, saved and restored side by side with the original (writes against the model are in
// ModelTests, where saving is one of the operations); a small file with each byte changed in turn.
public sealed class SavedCollectionTests
{
    private const int Learnt = 5_000;
    private const int Rows = 7_000;

    private static readonly Gallery Images = new(64, Rows + 3_000, queries: 20, seed: 62);

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public void I10_With_codes_it_answers_as_before_and_goes_on_as_before(Quantization quantization)
    {
        var before = Trained(quantization);
        var after = Saving.Restored(before, before.View);
        AssertSame(before.View, after.View);
        Assert.InRange(after.Memory.Mapped, 1, long.MaxValue);

        foreach (var collection in (VectorCollection[])[before, after])
        {
            Images.Insert(collection, Rows, (Learnt * 2) - 1);
            for (var row = 0; row < Rows; row += 5)
                collection.Delete(Gallery.Id(row));
            Images.Insert(collection, 10, 20);
            collection.Publish();
        }

        AssertSame(before.View, after.View);
        AssertSame(before.Compacted().View, after.Compacted().View);
        var again = Saving.Restored(after, after.View);
        AssertSame(before.View, again.View);
        AssertSame(before.Compacted().View, again.Compacted().View);
    }

    [Fact]
    public void I10_A_view_is_saved_as_it_was_whatever_is_written_meanwhile()
    {
        var collection = Trained(Quantization.Int8);
        var view = collection.View;
        Images.Insert(collection, Rows, Rows + 1_000);
        Images.Insert(collection, 0, 500);
        for (var row = 500; row < 900; row++)
            collection.Delete(Gallery.Id(row));
        collection.Publish();
        AssertSame(view, Saving.Restored(collection, view).View);
    }

    [Fact]
    public void Vectors_can_be_read_from_elsewhere_without_a_change_of_answers()
    {
        var collection = Trained(Quantization.Int8);
        var before = collection.View;
        var same = Saving.Vectors(before, Images.Dimensions);
        Assert.True(same.Count > 1, "the rows fill no block");
        var mapped = collection.Memory.Mapped;
        collection.ReplaceVectors(0, [.. same.Take(same.Count - 1)]);
        collection.Publish();
        Assert.True(collection.Memory.Mapped > mapped);
        AssertSame(before, collection.View);
        Images.Insert(collection, Rows, Rows + 200);
        collection.Publish();
        AssertSame(before.Count + 200, collection.View);
        Assert.Throws<ArgumentOutOfRangeException>(() => collection.ReplaceVectors(1, same));
    }

    [Fact]
    public void Each_changed_byte_of_a_file_of_rows_is_noticed_and_each_missing_one()
    {
        var schema = new FieldSchema([new("n", FieldType.Number), new("part", FieldType.Keyword)]);
        var collection = new VectorCollection(64, schema);
        for (var row = 0; row < 40; row++)
            collection.Upsert(Gallery.Id(row % 30), Images.Vectors[row], Gallery.Values(row), row);
        collection.Publish();
        var (file, vectors) = (Saving.Rows(collection.View), Saving.Vectors(collection.View, 64));
        Restore(file);
        for (var at = 0; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.Throws<InvalidDataException>(() => Restore(changed));
        }

        for (var length = 0; length < file.Length; length += 7)
            Assert.Throws<InvalidDataException>(() => Restore(file[..length]));
        Assert.Throws<InvalidDataException>(() => Restore([.. file, .. file]));

        void Restore(byte[] bytes) => SavedCollection.Restore(64, schema, new CollectionOptions(), bytes, vectors, codes: null);
    }

    [Fact]
    public void A_file_of_rows_of_another_schema_is_refused()
    {
        var collection = Trained(Quantization.None);
        var (file, vectors) = (Saving.Rows(collection.View), Saving.Vectors(collection.View, 64));
        foreach (var schema in (FieldSchema[])[FieldSchema.Empty, new([new("n", FieldType.Keyword), new("part", FieldType.Keyword)])])
            Assert.Throws<InvalidDataException>(() => SavedCollection.Restore(64, schema, new CollectionOptions(), file, vectors, codes: null));
        Assert.Throws<ArgumentException>(() => SavedCollection.Restore(64, Gallery.Schema, new CollectionOptions(), file, [], codes: null));
    }

    private static VectorCollection Trained(Quantization quantization)
    {
        var collection = Images.Collection(quantization, Learnt);
        collection.Train(2, TestContext.Current.CancellationToken);
        Images.Insert(collection, Learnt, Rows);
        collection.Publish();
        return collection;
    }

    private static void AssertSame(long count, CollectionView view) => Assert.Equal(count, view.Count);

    private static void AssertSame(CollectionView expected, CollectionView actual)
    {
        Assert.Equal((expected.Count, expected.RowCount, expected.HasCodes), (actual.Count, actual.RowCount, actual.HasCodes));
        var filter = Sample.Filter(Gallery.Schema, "{\"part\":{\"$in\":[\"1\",\"7\"]},\"n\":{\"$gte\":100}}");
        SearchOptions[] all = [new(), new() { Exact = true }, new() { TopK = 100, Filter = filter, Facets = ["part"] }];
        foreach (var options in all)
        {
            foreach (var query in Images.Queries)
            {
                var (first, second) = (expected.Search(query, options), actual.Search(query, options));
                Assert.Equal(first.Hits, second.Hits);
                Assert.Equal(first.Matched, second.Matched);
                Assert.Equal(first.Facets.SelectMany(facet => facet.Values), second.Facets.SelectMany(facet => facet.Values));
            }
        }

        Assert.Equal(expected.MatchingIds(filter, int.MaxValue, null), actual.MatchingIds(filter, int.MaxValue, null));
    }
}

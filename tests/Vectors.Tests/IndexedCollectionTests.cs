using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests;

// Danger: an index that answers for rows that are gone, or not for those that came; that depends on when it was learnt.
// Invariant: I10: same rows, same seed, same point of training, same hits. What is published is found, what is deleted
// is not, in approximate searches as in exact ones. A training serves the collection that it was begun for, and no other.
// Method: a gallery is written in parts, trained between them, changed, compacted and taken over; answers are compared.
public sealed class IndexedCollectionTests
{
    private const int Rows = 9_000;
    private const int Start = 5_000;

    private static readonly Gallery Images = new(64, Rows, queries: 25, seed: 43);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Quantization.Int8, 1)]
    [InlineData(Quantization.Int8, 3)]
    [InlineData(Quantization.Binary, 2)]
    public void I10_Hits_depend_on_the_rows_and_the_point_of_training_alone(Quantization quantization, int threads)
    {
        var plain = Images.Collection(quantization, Start);
        Assert.True(plain.Train(1, Cancel));
        Images.Insert(plain, Start, Rows);
        plain.Publish();

        // The same while searches and writes go on: caught up once, finished by the writer.
        var busy = Images.Collection(quantization, Start);
        var training = busy.BeginTraining();
        Assert.NotNull(training);
        Assert.Equal(Start, training.Rows);
        Images.Insert(busy, Start, Start + 2_500);
        busy.Publish();
        var breaths = 0;
        training.Run(threads, () => Interlocked.Increment(ref breaths), Cancel);
        Assert.True(breaths > 10, $"{breaths} breaths");
        Assert.Equal(2_500, training.CatchUp(busy.View, Cancel));
        Assert.Equal(0, training.CatchUp(busy.View, Cancel));
        Images.Insert(busy, Start + 2_500, Rows);
        Assert.True(busy.Adopt(training));
        busy.Publish();

        AssertSame(plain.View, busy.View);
        Assert.Equal(plain.Memory.Codes, busy.Memory.Codes);
    }

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public void I7_Writes_show_at_once_when_they_are_published(Quantization quantization)
    {
        var collection = Images.Collection(quantization, Start);
        Assert.True(collection.Train(2, Cancel));
        var before = collection.View;
        for (var row = 0; row < 300; row++)
        {
            // New documents, replaced ones with the vector of a later row, and deleted ones.
            collection.Upsert($"new{row}", Images.Vectors[Start + row], Gallery.Values(row), Start + row);
            collection.Upsert(Gallery.Id(row), Images.Vectors[Start + 300 + row], Gallery.Values(row), Start + 300 + row);
            Assert.True(collection.Delete(Gallery.Id(1_000 + row)));
            if (row % 100 == 99)
                collection.Publish();
        }

        var found = 0;
        for (var row = 0; row < 300; row++)
        {
            found += IsFirst(collection.View, Images.Vectors[Start + row], $"new{row}") + IsFirst(collection.View, Images.Vectors[Start + 300 + row], Gallery.Id(row));
            found += IsFirst(before, Images.Vectors[row], Gallery.Id(row)) + IsFirst(before, Images.Vectors[1_000 + row], Gallery.Id(1_000 + row));
            // An approximate search may miss, but it may never show what is not there.
            Assert.Equal(0, IsFirst(collection.View, Images.Vectors[row], Gallery.Id(row)));
            Assert.DoesNotContain(Search(collection.View, Images.Vectors[1_000 + row]), hit => hit.Id == Gallery.Id(1_000 + row));
            Assert.DoesNotContain(Search(before, Images.Vectors[Start + row]), hit => hit.Id.StartsWith("new", StringComparison.Ordinal));
        }

        Assert.InRange(found, 1_190, 1_200);
    }

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public void I7_Compaction_keeps_the_index_and_the_answers(Quantization quantization)
    {
        var collection = Images.Collection(quantization, Start);
        Assert.True(collection.Train(2, Cancel));
        Images.Insert(collection, Start, Rows - 100);
        for (var row = 0; row < Rows - 100; row += 3)
            Assert.True(collection.Delete(Gallery.Id(row)));
        collection.Publish();

        var compacted = collection.Compacted();
        Assert.Equal((0, collection.LiveRows), (compacted.DeadRows, compacted.LiveRows));
        foreach (var options in Options())
        {
            foreach (var query in Images.Queries)
            {
                // The order of lists knows dead rows until they leave: with effort enough both read them all.
                var full = options with { EffortLevel = 12 };
                Assert.Equal(Search(collection.View, query, full).Select(Plain), Search(compacted.View, query, full).Select(Plain));
            }
        }

        Images.Insert(compacted, Rows - 100, Rows);
        compacted.Publish();
        Assert.InRange(Enumerable.Range(Rows - 100, 100).Sum(row => IsFirst(compacted.View, Images.Vectors[row], Gallery.Id(row))), 98, 100);
    }

    [Fact]
    public void Training_is_due_when_there_is_enough_to_learn_and_again_when_it_has_doubled()
    {
        var collection = Images.Collection(Quantization.Auto, CodedRows.LeastRows - 1);
        Assert.Null(collection.BeginTraining());
        Assert.False(collection.Train(1, Cancel));
        Images.Insert(collection, CodedRows.LeastRows - 1, CodedRows.LeastRows);
        Assert.Null(collection.BeginTraining()); // not published
        Assert.True(collection.Train(2, Cancel));
        Assert.Null(collection.BeginTraining());

        // Replacing counts: what was learnt fits what is gone.
        for (var row = 0; row < CodedRows.LeastRows - 1; row++)
            collection.Upsert(Gallery.Id(row), Images.Vectors[row + 4_000], Gallery.Values(row), row);
        collection.Publish();
        Assert.Null(collection.BeginTraining());
        var compacted = collection.Compacted();
        Assert.Null(compacted.BeginTraining());
        compacted.Upsert("one more", Images.Vectors[0], Gallery.Values(0), 0);
        compacted.Publish();
        Assert.NotNull(compacted.BeginTraining());

        // Too few are left to learn from.
        for (var row = 0; row < 10; row++)
            compacted.Delete(Gallery.Id(row));
        compacted.Publish();
        Assert.Null(compacted.BeginTraining());
    }

    [Fact]
    public void Each_change_of_quantization_is_due_and_answers_stay_right()
    {
        Quantization[] path = [Quantization.Binary, Quantization.Int8, Quantization.None, Quantization.Binary];
        var collection = Images.Collection(Quantization.None, Start);
        Assert.Null(collection.BeginTraining());
        foreach (var quantization in path)
        {
            collection.Reconfigure(collection.Options with { Quantization = quantization });
            collection.Publish();
            Assert.Equal(quantization is not Quantization.None, collection.Train(2, Cancel));
            Assert.Null(collection.BeginTraining());
            Assert.Equal(quantization is Quantization.None, collection.View.State.Index is null);
            Assert.InRange(Enumerable.Range(0, 50).Sum(row => IsFirst(collection.View, Images.Vectors[row], Gallery.Id(row))), 49, 50);
        }
    }

    [Fact]
    public void A_training_is_adopted_by_the_collection_it_was_begun_for_and_no_other()
    {
        var collection = Images.Collection(Quantization.Int8, Start);
        var training = collection.BeginTraining()!;
        Assert.Throws<InvalidOperationException>(() => collection.Adopt(training));
        training.Run(1, breathe: null, Cancel);
        var compacted = collection.Compacted();
        Assert.False(compacted.Adopt(training));
        Assert.False(Images.Collection(Quantization.Int8, Start).Adopt(training));
        compacted.Publish();
        Assert.Null(compacted.View.State.Index);
        Assert.NotNull(compacted.BeginTraining());
        Assert.True(collection.Adopt(training));
    }

    [Fact]
    public void A_training_that_is_stopped_or_fails_leaves_the_collection_as_it_was()
    {
        var collection = Images.Collection(Quantization.Int8, Start);
        var training = collection.BeginTraining()!;
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => training.Run(2, stop.Cancel, stop.Token));
        Assert.Throws<InvalidOperationException>(() => collection.Adopt(training));
        Assert.Throws<InvalidOperationException>(() => training.CatchUp(collection.View, Cancel));
        Assert.ThrowsAny<Exception>(() => training.Run(1, static () => throw new IOException("no more breath"), Cancel));
        Images.Insert(collection, Start, Start + 10);
        Assert.True(collection.Train(1, Cancel));
        Assert.Equal(1, IsFirst(collection.View, Images.Vectors[Start + 3], Gallery.Id(Start + 3)));
    }

    private static IEnumerable<SearchOptions> Options() =>
    [
        new(),
        new() { Filter = Sample.Filter(Gallery.Schema, "{\"n\":{\"$gte\":3000}}") },
        new() { Filter = Sample.Filter(Gallery.Schema, "{\"part\":\"3\"}"), TopK = 50 },
        new() { ExcludeId = Gallery.Id(7), MinScore = 0.3f, TopK = 30 },
    ];

    private static void AssertSame(CollectionView expected, CollectionView actual)
    {
        Assert.False(expected.Search(Images.Queries[0], new SearchOptions()).Plan.IsExact);
        foreach (var options in Options())
        {
            foreach (var query in Images.Queries)
                Assert.Equal(expected.Search(query, options).Hits, actual.Search(query, options).Hits);
        }
    }

    private static (string, float, long) Plain(RowHit hit) => (hit.Id, hit.Score, hit.Locator);

    private static IReadOnlyList<RowHit> Search(CollectionView view, float[] query, SearchOptions? options = null) => view.Search(query, options ?? new SearchOptions()).Hits;

    private static int IsFirst(CollectionView view, float[] vector, string id) => Search(view, vector)[0].Id == id ? 1 : 0;
}

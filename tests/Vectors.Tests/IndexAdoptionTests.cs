using System.IO.MemoryMappedFiles;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;

namespace ClipOrleans.Vectors.Tests;

// Danger: a collection that is opened with the index of other rows, or answers otherwise than before it was closed.
// Invariant: with the index that was written from it, a collection of the same rows answers as it did, and learns anew
// when it would have; an index of anything else is not taken.
// Method: collections are written, filled again from their rows, and given the mapped file.
public sealed class IndexAdoptionTests : IDisposable
{
    private const int Rows = 7_000;
    private const int Learnt = 5_000;

    private static readonly Gallery Images = new(64, Rows + 3_000, queries: 25, seed: 61);

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public void I7_A_collection_with_its_index_opened_answers_as_before(Quantization quantization)
    {
        var before = Trained(quantization);
        Write(before, Rows);
        var after = Images.Collection(quantization, Rows);
        Assert.True(after.TryAdopt(Opened()));
        Assert.Null(after.View.State.Index);
        after.Publish();
        AssertSame(before.View, after.View);
        Assert.True(after.Memory.Codes < before.Memory.Codes);
        Assert.InRange(after.Memory.Mapped, 1, before.Memory.Codes);

        // And goes on as before: rows, deletions, compaction, learning anew at the same row.
        foreach (var collection in (VectorCollection[])[before, after])
        {
            Images.Insert(collection, Rows, Learnt * 2 - 1);
            for (var row = 0; row < Rows; row += 5)
                collection.Delete(Gallery.Id(row));
            collection.Publish();
            Assert.Null(collection.BeginTraining());
        }

        AssertSame(before.View, after.View);
        AssertSame(before.Compacted().View, after.Compacted().View);
        foreach (var collection in (VectorCollection[])[before, after, before.Compacted(), after.Compacted()])
        {
            Images.Insert(collection, (Learnt * 2) - 1, Learnt * 2);
            collection.Publish();
            Assert.NotNull(collection.BeginTraining());
        }
    }

    [Fact]
    public void Rows_that_came_after_the_file_are_coded_when_it_is_taken_over()
    {
        var before = Trained(Quantization.Int8);
        Write(before, Rows - 500);
        var after = Images.Collection(Quantization.Int8, Rows);
        Assert.True(after.TryAdopt(Opened()));
        after.Publish();
        AssertSame(before.View, after.View);
    }

    [Fact]
    public void A_snapshot_of_a_view_is_that_of_its_rows()
    {
        var before = Trained(Quantization.Int8);
        var view = before.View;
        Images.Insert(before, Rows, Rows + 1_000);
        before.Publish();
        using (var stream = File.Create(_path))
            ListFile.Write(view.State.Index!, view.State.RowCount, stream);
        var after = Images.Collection(Quantization.Int8, Rows);
        Assert.True(after.TryAdopt(Opened()));
        after.Publish();
        AssertSame(view, after.View);
    }

    [Fact]
    public void An_index_of_other_rows_is_not_taken()
    {
        Write(Trained(Quantization.Int8), Rows);
        var opened = Opened();
        var fewer = Images.Collection(Quantization.Int8, Rows - 1);
        Assert.False(fewer.TryAdopt(opened));

        var others = new VectorCollection(64, Gallery.Schema);
        for (var row = 0; row < Rows; row++)
            others.Upsert(Gallery.Id(row), Images.Vectors[Rows - 1 - row], FieldValues.Empty, row);
        Assert.False(others.TryAdopt(opened));
        Assert.False(new VectorCollection(32, Gallery.Schema).TryAdopt(opened));

        var none = Images.Collection(Quantization.None, Rows);
        Assert.False(none.TryAdopt(opened));
        none.Publish();
        Assert.Null(none.View.State.Index);
    }

    [Fact]
    public void An_index_of_another_kind_serves_until_the_wished_one_is_learnt()
    {
        Write(Trained(Quantization.Binary), Rows);
        var after = Images.Collection(Quantization.Int8, Rows);
        Assert.True(after.TryAdopt(Opened()));
        after.Publish();
        Assert.False(after.View.Search(Images.Queries[0], new SearchOptions()).Plan.IsExact);
        Assert.True(after.Train(1, TestContext.Current.CancellationToken));
        Assert.NotNull(after.View.State.Index!.Model.Components);
        Assert.Equal(0, after.Memory.Mapped);
    }

    /// <summary>With rows that came after it was learnt.</summary>
    private static VectorCollection Trained(Quantization quantization)
    {
        var collection = Images.Collection(quantization, Learnt);
        Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        Images.Insert(collection, Learnt, Rows);
        collection.Publish();
        return collection;
    }

    private void Write(VectorCollection collection, int rows)
    {
        using var stream = File.Create(_path);
        ListFile.Write(collection.View.State.Index!, rows, stream);
    }

    private ListIndex Opened()
    {
        using var file = MemoryMappedFile.CreateFromFile(_path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        return ListFile.Open(view.SafeMemoryMappedViewHandle, new FileInfo(_path).Length, 64).Index;
    }

    private static void AssertSame(CollectionView expected, CollectionView actual)
    {
        Assert.False(expected.Search(Images.Queries[0], new SearchOptions()).Plan.IsExact);
        SearchOptions[] all = [new(), new() { TopK = 100, Filter = Sample.Filter(Gallery.Schema, "{\"part\":{\"$in\":[\"1\",\"7\"]}}") }];
        foreach (var options in all)
        {
            foreach (var query in Images.Queries)
                Assert.Equal(expected.Search(query, options).Hits, actual.Search(query, options).Hits);
        }
    }
}

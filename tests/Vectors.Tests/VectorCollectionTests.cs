using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors.Tests;

// Danger: writes that show too early, locators of rows that moved, arguments that poison an index.
// Invariant: a view shows what was published and nothing else; a wrong argument writes nothing.
public sealed class VectorCollectionTests
{
    private static readonly FieldSchema Schema = new([new("colour", FieldType.Keyword), new("place", FieldType.Geo)]);

    [Fact]
    public void Nothing_shows_before_it_is_published()
    {
        var collection = new VectorCollection(2, Schema);
        Assert.True(collection.Upsert("a", [1, 0], FieldValues.Empty, 1));
        Assert.Equal(0, collection.View.Count);
        Assert.False(collection.View.TryGet("a", out _));
        Assert.Empty(collection.View.MatchingIds(null, 10, null));

        collection.Publish();
        var view = collection.View;
        Assert.False(collection.Upsert("a", [0, 1], FieldValues.Empty, 2));
        Assert.True(collection.Upsert("b", [0, 1], FieldValues.Empty, 3));
        Assert.True(collection.Delete("b"));
        Assert.True(collection.TryRelocate("a", 2, 20));
        Assert.Equal(["a"], view.MatchingIds(null, 10, null));
        Assert.Same(view, collection.View);
        Assert.True(view.TryGet("a", out var row));
        Assert.Equal(1, view.LocatorOf(row));

        collection.Publish();
        Assert.True(collection.View.TryGet("a", out row));
        Assert.Equal(20, collection.View.LocatorOf(row));
        Assert.Equal((1, 2), (collection.LiveRows, collection.DeadRows));
        Assert.Equal(1, view.LocatorOf(0));
    }

    [Fact]
    public void Publishing_nothing_keeps_the_view()
    {
        var collection = Sample.Collection(3, 4);
        var view = collection.View;
        collection.Publish();
        Assert.Same(view, collection.View);
    }

    [Fact]
    public void A_row_moves_only_from_where_it_is()
    {
        var collection = new VectorCollection(2, Schema);
        collection.Upsert("a", [1, 0], FieldValues.Empty, 1);
        collection.Publish();
        var before = collection.View;
        Assert.False(collection.TryRelocate("a", 9, 10));
        Assert.False(collection.TryRelocate("b", 1, 10));
        Assert.True(collection.TryRelocate("a", 1, 10));
        Assert.False(collection.TryRelocate("a", 1, 11));
        collection.Publish();
        Assert.Equal(1, before.LocatorOf(0));
        Assert.Equal(10, collection.View.LocatorOf(0));
        Assert.True(collection.Delete("a"));
        Assert.False(collection.TryRelocate("a", 10, 12));
    }

    [Fact]
    public void Compaction_keeps_order_locators_vectors_and_values()
    {
        var collection = new VectorCollection(4, Schema);
        for (var i = 0; i < 5000; i++)
            collection.Upsert($"{i % 1250}", Sample.Direction(i, 4), Sample.Values(Schema, $"{{\"colour\":\"c{i % 3}\"}}"), i);
        collection.Publish();
        Assert.Equal((1250, 3750), (collection.LiveRows, collection.DeadRows));

        var compacted = collection.Compacted();
        Assert.Equal((1250, 0), (compacted.LiveRows, compacted.DeadRows));
        Assert.InRange(compacted.BytesInMemory, 1, collection.BytesInMemory / 2);
        var vector = new float[4];
        for (var row = 0; row < 1250; row++)
        {
            Assert.Equal(3750 + row, compacted.View.LocatorOf(row));
            compacted.View.CopyVector(row, vector);
            Assert.Equal(Sample.Direction(3750 + row, 4), vector);
        }

        var filter = Sample.Filter(Schema, "{\"colour\":\"c1\"}");
        Assert.Equal(collection.View.MatchingIds(filter, 5000, null), compacted.View.MatchingIds(filter, 5000, null));
        Assert.False(compacted.Upsert("7", Sample.Direction(1, 4), FieldValues.Empty, 1));
        compacted.Publish();
        Assert.Equal(1250, compacted.View.Count);
    }

    [Fact]
    public void A_wrong_argument_is_refused_and_writes_nothing()
    {
        var collection = new VectorCollection(2, Schema);
        var foreign = Sample.Values(new FieldSchema([new("other", FieldType.Keyword)]), "{\"other\":\"x\"}");
        Assert.Throws<ArgumentException>(() => collection.Upsert("", [1, 0], FieldValues.Empty, 1));
        Assert.Throws<ArgumentException>(() => collection.Upsert("a", [1, 0, 0], FieldValues.Empty, 1));
        Assert.Throws<ArgumentException>(() => collection.Upsert("a", [1, 1], FieldValues.Empty, 1));
        Assert.Throws<ArgumentException>(() => collection.Upsert("a", [float.NaN, 1], FieldValues.Empty, 1));
        Assert.Throws<ArgumentException>(() => collection.Upsert("a", [1, 0], foreign, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorCollection(0, Schema));
        collection.Publish();
        Assert.Equal((0, 0), (collection.LiveRows, collection.DeadRows));
        Assert.True(collection.Upsert("a", [1, 0], Sample.Values(new FieldSchema([.. Schema.Fields]), "{\"colour\":\"x\"}"), 1));
    }

    [Fact]
    public void A_question_that_does_not_fit_is_refused()
    {
        var view = Sample.Collection(10, 2).View;
        Assert.Throws<ArgumentException>(() => view.Search([1, 0, 0], new SearchOptions()));
        Assert.Throws<ArgumentException>(() => view.Search([2, 0], new SearchOptions()));
        Assert.Throws<ArgumentException>(() => view.Search([float.NaN, 0], new SearchOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Search([1, 0], new SearchOptions { TopK = SearchOptions.MaxTopK + 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Search([1, 0], new SearchOptions { TopK = -1 }));
        Assert.Throws<ArgumentException>(() => view.Search([1, 0], new SearchOptions { MinScore = float.NaN }));
        Assert.Throws<ArgumentException>(() => view.Search([1, 0], new SearchOptions { Facets = ["nothing"] }));
        Assert.Throws<ArgumentException>(() => view.Search([1, 0], new SearchOptions { Filter = Sample.Filter(Schema, "{\"colour\":\"x\"}") }));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.IdOf(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.LocatorOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Browse(null, -1, 1, new SearchOptions()));

        var places = new VectorCollection(2, Schema);
        Assert.Throws<ArgumentException>(() => places.View.Search([1, 0], new SearchOptions { Facets = ["place"] }));
    }

    [Fact]
    public void The_empty_collection_answers_everything_with_nothing()
    {
        var view = new VectorCollection(2, Schema).View;
        var outcome = view.Search([1, 0], new SearchOptions { Facets = ["colour"], Filter = Sample.Filter(Schema, "{\"$not\":{\"colour\":\"x\"}}") });
        Assert.Empty(outcome.Hits);
        Assert.Equal((0, "none-match"), (outcome.Matched, outcome.Plan.Name));
        Assert.Empty(Assert.Single(outcome.Facets).Values);
        Assert.Empty(view.Browse("a", 0, 10, new SearchOptions()).Hits);
        Assert.Equal(0, view.CountMatches(null));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3000)]
    public void The_excluded_document_counts_as_a_match_and_is_no_hit(int matching)
    {
        var collection = new VectorCollection(2, Schema);
        for (var i = 0; i < 4000; i++)
            collection.Upsert($"{i:D4}", [1, 0], i < matching ? Sample.Values(Schema, "{\"colour\":\"x\"}") : FieldValues.Empty, i);
        collection.Publish();
        var options = new SearchOptions { TopK = 5, Filter = Sample.Filter(Schema, "{\"colour\":\"x\"}"), ExcludeId = "0001", Facets = ["colour"] };
        string[] expected = [.. Enumerable.Range(0, matching).Where(i => i != 1).Take(5).Select(i => $"{i:D4}")];
        foreach (var outcome in (SearchOutcome[])[collection.View.Search([1, 0], options), collection.View.Browse(null, 0, 5, options)])
        {
            Assert.Equal(expected, outcome.Hits.Select(hit => hit.Id));
            Assert.Equal(matching, outcome.Matched);
            Assert.Equal(matching, Assert.Single(Assert.Single(outcome.Facets).Values).Count);
        }
    }

    [Fact]
    public void The_most_hits_that_can_be_asked_for_come_in_order()
    {
        var view = Sample.Collection(12_000, 4).View;
        var hits = view.Search(Sample.Direction(-5, 4), new SearchOptions { TopK = SearchOptions.MaxTopK }).Hits;
        Assert.Equal(SearchOptions.MaxTopK, hits.Count);
        Assert.All(hits.Zip(hits.Skip(1)), pair => Assert.True(HitOrder.Compare(pair.First.Score, pair.First.Id, pair.Second.Score, pair.Second.Id) < 0));
    }

    [Fact]
    public void A_document_rewritten_again_and_again_is_one_document()
    {
        var collection = new VectorCollection(2, Schema);
        var views = new List<CollectionView>();
        for (var version = 0; version < 3000; version++)
        {
            collection.Upsert("same", [1, 0], FieldValues.Empty, version);
            if (version % 100 == 0)
            {
                collection.Publish();
                views.Add(collection.View);
            }
        }

        for (var i = 0; i < views.Count; i++)
        {
            var hit = Assert.Single(views[i].Search([1, 0], new SearchOptions()).Hits);
            Assert.Equal(("same", i * 100L), (hit.Id, hit.Locator));
            Assert.True(views[i].TryGet("same", out var row));
            Assert.Equal(hit.Row, row);
        }
    }
}

using System.Text;
using System.Text.Json;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Saved;
using ClipOrleans.Vectors.TopK;
using CsCheck;

namespace ClipOrleans.Vectors.Tests;

// Danger: an operator, a nesting, an update or a merge of runs that loses or invents a document.
// Invariant: I6 and I7: hits, order, counts, facets and id order are those of a dictionary scanned with NaiveModel.
// Method: generated writes (upsert, replace, delete, publish, compact, save and restore), then generated filters and queries.
public sealed class ModelTests
{
    private const int Dimensions = 3;

    private static readonly float[][] Directions =
        [Unit(1, 0, 0), Unit(0, 1, 0), Unit(0, 0, -1), Unit(1, 1, 0), Unit(1, 1, 1), Unit(-1, 2, 3)];

    // Ordinal order of ids is not the order of a culture, nor of numbers.
    private static readonly string[] IdPrefixes = ["d", "D", "é", "z", "_", "\ud83d\ude00", "\uffee"];

    private static readonly Gen<Write> Writes = Gen.Frequency(
        (12, Gen.Select(Gen.Int[0, 40], Generate.Document, Gen.Int[0, Directions.Length - 1], (id, json, direction) => new Write("upsert", id, json, direction))),
        (4, Gen.Int[0, 40].Select(id => new Write("delete", id, "{}", 0))),
        (2, Gen.Const(new Write("publish", 0, "{}", 0))),
        (1, Gen.Const(new Write("save", 0, "{}", 0))),
        (1, Gen.Const(new Write("compact", 0, "{}", 0))));

    private static readonly Gen<Query> Queries = Gen.Select(
        Generate.Filter,
        Gen.Int[0, Directions.Length - 1],
        Gen.Int[0, 12],
        Gen.OneOf(float.NaN, -1f, 0f, 0.57735026f, 0.5f, 1f),
        Gen.Int[0, 40],
        (filter, direction, topK, minScore, id) => new Query(filter, direction, topK, float.IsNaN(minScore) ? null : minScore, Id(id)));

    [Fact]
    public void I7_Every_filter_agrees_with_the_model_after_any_writes() =>
        Gen.Select(Writes.Array[0, 80], Queries.Array[20]).Sample(
            (writes, queries) =>
            {
                var (collection, model) = Apply(writes);
                foreach (var query in queries)
                    AssertSame(collection.View, model, query);
            },
            iter: 300);

    [Fact]
    public void I7_Bitmaps_and_merged_runs_agree_with_the_model_on_ten_thousand_rows()
    {
        const int Cases = 120;
        var (collection, model) = Large();
        var restored = Saving.Restored(collection, collection.View);
        var telling = 0;
        Queries.Sample(
            query =>
            {
                AssertSame(collection.View, model, query);
                AssertSame(restored.View, model, query);
                if (collection.View.CountMatches(Options(query).Filter) is var matched && matched > 0 && matched < collection.LiveRows)
                    Interlocked.Increment(ref telling);
            },
            iter: Cases);
        // Filters that match all or nothing tell little; most must not.
        Assert.InRange(telling, Cases / 2, Cases);
    }

    [Fact]
    public void I10_Shards_together_answer_as_one()
    {
        var one = Large().Collection.View;
        foreach (var count in (int[])[3, 8])
        {
            var shards = Large(count);
            Queries.Sample(
                query =>
                {
                    var options = Options(query) with { FacetLimit = int.MaxValue };
                    var vector = Directions[query.Direction];
                    var whole = one.Search(vector, options);
                    var parts = shards.Select(shard => shard.Search(vector, options)).ToList();
                    var merged = TopKMerge.Merge([.. parts.Select(part => part.Hits)], query.TopK, static hit => (hit.Score, hit.Id));
                    Assert.Equal(whole.Hits.Select(Plain), merged.Select(Plain));
                    Assert.Equal(whole.Matched, parts.Sum(part => part.Matched));
                    AssertFacets(whole.Facets, FacetMerge.Merge([.. parts.Select(part => part.Facets)], int.MaxValue));
                },
                iter: 30);
        }

        static (string, float, long) Plain(RowHit hit) => (hit.Id, hit.Score, hit.Locator);
    }

    private static (VectorCollection Collection, Dictionary<string, Document> Model) Apply(Write[] writes)
    {
        var collection = new VectorCollection(Dimensions, Generate.Schema);
        var model = new Dictionary<string, Document>(StringComparer.Ordinal);
        var locator = 0L;
        foreach (var write in writes)
        {
            var id = Id(write.Id);
            switch (write.Kind)
            {
                case "upsert":
                    Assert.Equal(!model.ContainsKey(id), collection.Upsert(id, Directions[write.Direction], Values(write.Json), locator));
                    model[id] = new Document(Parse(write.Json), write.Direction, locator++);
                    break;
                case "delete":
                    Assert.Equal(model.Remove(id), collection.Delete(id));
                    break;
                case "publish":
                    collection.Publish();
                    break;
                case "save":
                    collection.Publish();
                    collection = Saving.Restored(collection, collection.View);
                    break;
                default:
                    collection = collection.Compacted();
                    Assert.Equal(0, collection.DeadRows);
                    break;
            }
        }

        collection.Publish();
        return (collection, model);
    }

    /// <summary>Enough rows for bitmaps, several chunks and blocks, and many merges; every seventh document replaced, every eleventh deleted.</summary>
    private static (VectorCollection Collection, Dictionary<string, Document> Model) Large()
    {
        var model = new Dictionary<string, Document>(StringComparer.Ordinal);
        var collection = new VectorCollection(Dimensions, Generate.Schema);
        Fill(10_000, (id, json, direction, locator) =>
        {
            collection.Upsert(id, Directions[direction], Values(json), locator);
            model[id] = new Document(Parse(json), direction, locator);
            if (locator % 500 == 0)
                collection.Publish();
        });
        foreach (var id in model.Keys.Order(StringComparer.Ordinal).Where((_, i) => i % 11 == 0).ToList())
        {
            collection.Delete(id);
            model.Remove(id);
        }

        collection.Publish();
        return (collection, model);
    }

    private static List<CollectionView> Large(int shards)
    {
        var collections = Enumerable.Range(0, shards).Select(_ => new VectorCollection(Dimensions, Generate.Schema)).ToList();
        var (whole, model) = Large();
        foreach (var (id, document) in model)
            collections[(int)((uint)id.GetHashCode(StringComparison.Ordinal) % shards)].Upsert(id, Directions[document.Direction], Values(document.Json.GetRawText()), document.Locator);
        collections.ForEach(static collection => collection.Publish());
        Assert.Equal(whole.LiveRows, collections.Sum(static collection => collection.LiveRows));
        return [.. collections.Select(static collection => collection.View)];
    }

    private static void Fill(int count, Action<string, string, int, long> write)
    {
        // Fixed documents: the filters are what varies.
        var pcg = new PCG(7, 42);
        var documents = Enumerable.Range(0, 400).Select(_ => Generate.Document.Generate(pcg, null, out Size _)).ToArray();
        for (var i = 0; i < count; i++)
        {
            var id = Id(i % 7 == 6 ? i - 5 : i);
            write(id, documents[(i * 31L) % documents.Length], i % Directions.Length, i);
        }
    }

    private static void AssertSame(CollectionView view, Dictionary<string, Document> model, Query query)
    {
        var filter = Parse(query.Filter);
        var options = Options(query);
        var matching = model.Where(pair => NaiveModel.Matches(filter, pair.Value.Json, Generate.Schema)).ToDictionary(StringComparer.Ordinal);
        var ordered = matching.Keys.Order(StringComparer.Ordinal).ToList();

        Assert.Equal(model.Count, view.Count);
        Assert.Equal(matching.Count, view.CountMatches(options.Filter));
        Assert.Equal(ordered, view.MatchingIds(options.Filter, int.MaxValue, null));
        Assert.Equal(
            ordered.Where(id => string.CompareOrdinal(id, query.Id) > 0).Take(5),
            view.MatchingIds(options.Filter, 5, query.Id));
        AssertSearch(view, matching, query, options);
        AssertBrowse(view, matching, ordered, query, options);
        foreach (var (id, document) in model.Take(20))
        {
            Assert.True(view.TryGet(id, out var row));
            Assert.Equal((id, document.Locator), (view.IdOf(row), view.LocatorOf(row)));
        }
    }

    private static void AssertSearch(CollectionView view, Dictionary<string, Document> matching, Query query, SearchOptions options)
    {
        var outcome = view.Search(Directions[query.Direction], options);
        var expected = matching.Where(pair => pair.Key != query.Id)
            .Select(pair => (Id: pair.Key, Score: VectorMath.Dot(Directions[query.Direction], Directions[pair.Value.Direction]), pair.Value.Locator))
            .Where(hit => query.MinScore is not { } least || hit.Score >= least)
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal)
            .Take(query.TopK);
        Assert.Equal(expected, outcome.Hits.Select(hit => (hit.Id, hit.Score, hit.Locator)));
        Assert.Equal(matching.Count, outcome.Matched);
        Assert.Equal(matching.Count, outcome.Plan.Matched);
        AssertFacets([.. options.Facets.Select(field => Facet(matching.Values, field, options.FacetLimit))], outcome.Facets);
    }

    private static void AssertBrowse(
        CollectionView view, Dictionary<string, Document> matching, List<string> ordered, Query query, SearchOptions options)
    {
        var browsed = view.Browse(query.TopK % 2 == 0 ? null : query.Id, query.TopK / 2, query.TopK, options);
        var expected = ordered.Where(id => id != query.Id && (query.TopK % 2 == 0 || string.CompareOrdinal(id, query.Id) > 0))
            .Skip(query.TopK / 2).Take(query.TopK)
            .Select(id => (id, 0f, matching[id].Locator));
        Assert.Equal(expected, browsed.Hits.Select(hit => (hit.Id, hit.Score, hit.Locator)));
        Assert.Equal(matching.Count, browsed.Matched);
    }

    private static FacetCounts Facet(IEnumerable<Document> documents, string field, int limit)
    {
        Generate.Schema.TryGet(field, out _, out var definition);
        var counts = documents.SelectMany(document => NaiveModel.FacetValues(document.Json, field, definition!.Type))
            .GroupBy(value => value, StringComparer.Ordinal)
            .Select(group => new FacetCount(group.Key, group.Count()))
            .OrderByDescending(count => count.Count).ThenBy(count => count.Value, StringComparer.Ordinal)
            .ToList();
        return new FacetCounts(field, [.. counts.Take(limit)], counts.Skip(limit).Sum(count => count.Count));
    }

    private static void AssertFacets(IReadOnlyList<FacetCounts> expected, IReadOnlyList<FacetCounts> actual)
    {
        Assert.Equal(expected.Select(facet => (facet.Field, facet.OtherCount)), actual.Select(facet => (facet.Field, facet.OtherCount)));
        foreach (var (first, second) in expected.Zip(actual))
            Assert.Equal(first.Values, second.Values);
    }

    private static SearchOptions Options(Query query)
    {
        var isRead = FilterParser.TryParse(Encoding.UTF8.GetBytes(query.Filter), Generate.Schema, out var filter, out var faults);
        Assert.True(isRead, string.Join('\n', faults));
        return new SearchOptions
        {
            TopK = query.TopK,
            MinScore = query.MinScore,
            ExcludeId = query.Id,
            Filter = filter,
            Facets = ["tags", "colour", "price", "sale", "added"],
            FacetLimit = query.TopK,
        };
    }

    private static FieldValues Values(string json)
    {
        Assert.True(MetadataReader.TryRead(Parse(json), Generate.Schema, out var values, out var faults), string.Join('\n', faults));
        return values;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Id(int number) => $"{IdPrefixes[number % IdPrefixes.Length]}{number}";

    private static float[] Unit(params float[] components)
    {
        Assert.True(VectorMath.TryNormalize(components));
        return components;
    }

    private sealed record Document(JsonElement Json, int Direction, long Locator);

    private sealed record Write(string Kind, int Id, string Json, int Direction);

    private sealed record Query(string Filter, int Direction, int TopK, float? MinScore, string Id);
}

using System.Text;
using System.Text.Json;
using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.Tests.Ann;
using CsCheck;

namespace ClipOrleans.Vectors.Tests;

// Danger: an approximate search that shows what does not match or is dead, with another score than the true one, or that
// tells another count; an index that changes exact answers.
// Invariant: I6 and I7 with an index: every hit matches, is alive, has the score of its vector and is in order; the count
// is exact; Exact answers as the model does; with effort enough an approximate search does too.
// Method: documents, replaced and deleted ones among them, and generated filters against NaiveModel; each way to search
// by codes is taken by force, besides the one that the planner takes.
public sealed class IndexedModelTests
{
    private const int Dimensions = 64;
    private const int Rows = 6_000;
    private const int Cases = 60;

    private static readonly Gallery Images = new(Dimensions, Rows, queries: 40, seed: 51);

    private static readonly Gen<(string Filter, int Query, int TopK, bool HasFloor, int Excluded)> Queries = Gen.Select(
        Generate.Filter, Gen.Int[0, 39], Gen.OneOf(1, 10, 40, 5_000), Gen.Bool, Gen.Int[0, Rows]);

    [Theory]
    [InlineData(Quantization.Int8)]
    [InlineData(Quantization.Binary)]
    public void I6_Every_hit_matches_and_I7_exact_answers_are_the_models(Quantization quantization)
    {
        var (view, model) = Filled(quantization);
        var telling = 0;
        Queries.Sample(
            query =>
            {
                using var filter = JsonDocument.Parse(query.Filter);
                var matching = model.Where(pair => NaiveModel.Matches(filter.RootElement, pair.Value.Json, Generate.Schema)).ToDictionary(StringComparer.Ordinal);
                var options = Options(query);
                var expected = Expected(matching, query, options);
                var exact = view.Search(Images.Queries[query.Query], options with { Exact = true });
                Assert.Equal(expected.Take(query.TopK), exact.Hits.Select(Plain));
                Assert.Equal(matching.Count, exact.Matched);

                var served = view.Search(Images.Queries[query.Query], options);
                Assert.Equal(matching.Count, served.Matched);
                AssertAmong(expected, query.TopK, served.Hits);
                if (matching.Count == 0)
                    return;
                AssertByForce(view, SearchStrategy.ListScan, query, options, expected);
                if (quantization is Quantization.Int8)
                    AssertByForce(view, SearchStrategy.CodeScanMatches, query, options, expected);
                if (matching.Count > query.TopK && matching.Count < model.Count)
                    Interlocked.Increment(ref telling);
            },
            iter: Cases);
        Assert.InRange(telling, Cases / 5, Cases);
    }

    private static void AssertByForce(
        CollectionView view, SearchStrategy strategy, (string Filter, int Query, int TopK, bool HasFloor, int Excluded) query, SearchOptions options, List<(string, float, long)> expected)
    {
        AssertAmong(expected, query.TopK, ForcedPlan.Search(view, strategy, Images.Queries[query.Query], options, level: 0));
        Assert.Equal(expected.Take(query.TopK), ForcedPlan.Search(view, strategy, Images.Queries[query.Query], options, level: 40).Select(Plain));
    }

    /// <summary>Different hits of those that there are, in order, and as many as can be.</summary>
    private static void AssertAmong(List<(string Id, float Score, long Locator)> expected, int topK, IReadOnlyList<RowHit> hits)
    {
        Assert.Equal(hits.Count, hits.Select(static hit => hit.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Subset(expected.ToHashSet(), hits.Select(Plain).ToHashSet());
        Assert.Equal(hits.OrderByDescending(static hit => hit.Score).ThenBy(static hit => hit.Id, StringComparer.Ordinal), hits);
        Assert.InRange(hits.Count, 0, topK);
    }

    private static List<(string Id, float Score, long Locator)> Expected(
        Dictionary<string, (JsonElement Json, int Row)> matching, (string Filter, int Query, int TopK, bool HasFloor, int Excluded) query, SearchOptions options) =>
    [
        .. matching.Where(pair => pair.Key != options.ExcludeId)
            .Select(pair => (pair.Key, VectorMath.Dot(Images.Queries[query.Query], Images.Vectors[pair.Value.Row]), (long)pair.Value.Row))
            .Where(hit => options.MinScore is not { } least || hit.Item2 >= least)
            .OrderByDescending(static hit => hit.Item2).ThenBy(static hit => hit.Key, StringComparer.Ordinal),
    ];

    private static (string, float, long) Plain(RowHit hit) => (hit.Id, hit.Score, hit.Locator);

    private static SearchOptions Options((string Filter, int Query, int TopK, bool HasFloor, int Excluded) query)
    {
        Assert.True(FilterParser.TryParse(Encoding.UTF8.GetBytes(query.Filter), Generate.Schema, out var filter, out var faults), string.Join('\n', faults));
        return new SearchOptions { Filter = filter, TopK = query.TopK, MinScore = query.HasFloor ? 0.45f : null, ExcludeId = Gallery.Id(query.Excluded) };
    }

    /// <summary>Trained in the middle; afterwards every eighth document replaced and every ninth deleted.</summary>
    private static (CollectionView View, Dictionary<string, (JsonElement Json, int Row)> Model) Filled(Quantization quantization)
    {
        var pcg = new PCG(7, 42);
        var documents = Enumerable.Range(0, 200).Select(_ => Parse(Generate.Document.Generate(pcg, null, out Size _))).ToArray();
        var collection = new VectorCollection(Dimensions, Generate.Schema, new CollectionOptions { Quantization = quantization });
        var model = new Dictionary<string, (JsonElement Json, int Row)>(StringComparer.Ordinal);
        for (var row = 0; row < Rows; row++)
        {
            var id = Gallery.Id(row % 8 == 7 && row > 5_000 ? row - 4_500 : row);
            var json = documents[row * 31 % documents.Length];
            Assert.True(MetadataReader.TryRead(json, Generate.Schema, out var values, out _));
            collection.Upsert(id, Images.Vectors[row], values, row);
            model[id] = (json, row);
            if (row == CodedRows.LeastRows)
                Assert.True(collection.Train(2, TestContext.Current.CancellationToken));
        }

        foreach (var id in model.Keys.Where(static (_, i) => i % 9 == 0).ToList())
        {
            Assert.True(collection.Delete(id));
            model.Remove(id);
        }

        collection.Publish();
        return (collection.View, model);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

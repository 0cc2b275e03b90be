using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Search;

// Danger: a merge that loses ties, pages or counts gives another answer with three shards than with one.
// Invariant: I10 (same data, same answer, whatever the shard count), I6 (exact means exact), I7 (filters hold, total counts).
// Method: the same documents, ties among them, in indexes of 1, 3 and 8 shards; a table of requests; the JSON must be the same, and
// the exact answers those of a naive model in double precision.
public sealed class I10_SameAnswerTests(SharedSilo shared) : IAsyncLifetime
{
    private const int Documents = 700;

    /// <summary>Scores are float32: 48 products of numbers below 1 leave an error far below this.</summary>
    private const double ScoreTolerance = 1e-5;

    private static readonly int[] ShardCounts = [1, 3, 8];

    private readonly List<SyntheticDocument> _documents = [.. Enumerable.Range(0, Documents).Select(number => new SyntheticDocument(number))];
    private readonly Dictionary<int, string> _indexes = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var shards in ShardCounts)
        {
            var name = _indexes[shards] = shared.NewIndexName($"shards{shards}");
            await StoredDocuments.CreateAsync(shared.Api, SyntheticDocument.IndexBody(name, shards));
            foreach (var batch in _documents.Chunk(250))
            {
                await StoredDocuments.UpsertAsync(shared.Api, name, batch.Select(document => document.Body()));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _indexes.Values)
        {
            await shared.Api.DeleteAsync($"v1/indexes/{name}");
        }
    }

    [Fact]
    public async Task I10_Every_request_has_the_same_answer_with_1_3_and_8_shards()
    {
        foreach (var request in RequestTable.Requests())
        {
            var answers = new List<string>();
            foreach (var shards in ShardCounts)
            {
                var answer = await StoredDocuments.SearchAsync(shared.Api, _indexes[shards], request.DeepClone().AsObject());
                Assert.Equal($$"""{"total":{{shards}},"succeeded":{{shards}},"failed":0}""", answer["shards"]!.ToJsonString());
                Assert.False((bool)answer["partial"]!);
                answers.Add(Comparable.Of(answer, "shards", "explain"));
            }

            Assert.True(answers.Distinct().Count() == 1, $"{request.ToJsonString()}:\n{string.Join('\n', answers)}");
        }
    }

    [Fact]
    public async Task I6_I7_Exact_answers_are_those_of_the_naive_model()
    {
        var filters = RequestTable.Filters().ToList();
        for (var seed = 0; seed < 12; seed++)
        {
            var query = SyntheticDocument.VectorOf(90_000 + seed, 0);
            var (filter, matches) = filters[seed % filters.Count];
            var matching = _documents.Where(matches).ToList();
            var body = new JsonObject { ["vector"] = RequestTable.Vector(query), ["exact"] = true, ["topK"] = 40, ["filter"] = filter?.DeepClone() };
            if (filter is null)
            {
                body.Remove("filter");
            }

            foreach (var shards in ShardCounts)
            {
                var answer = await StoredDocuments.SearchAsync(shared.Api, _indexes[shards], body.DeepClone().AsObject());
                Assert.True((bool)answer["exact"]!);
                Assert.Equal(matching.Count, (int)answer["total"]!);
                AssertTrueTopK(matching, query, answer["hits"]!.AsArray(), 40);
            }
        }
    }

    [Fact]
    public async Task I10_Scrolls_have_the_same_documents_in_the_same_order()
    {
        var ids = new List<string>();
        foreach (var shards in ShardCounts)
        {
            var documents = await StoredDocuments.ScrollAsync(shared.Api, _indexes[shards], limit: 97);
            ids.Add(string.Join(' ', documents.Select(StoredDocuments.Id)));
        }

        Assert.Equal(string.Join(' ', _documents.Select(document => document.Id)), Assert.Single(ids.Distinct()));
    }

    [Fact]
    public async Task Pages_put_together_are_the_long_list()
    {
        var query = RequestTable.Vector(SyntheticDocument.VectorOf(91_000, 0));
        var whole = await StoredDocuments.SearchAsync(shared.Api, _indexes[3], new JsonObject { ["vector"] = query.DeepClone(), ["topK"] = 100 });
        var paged = new List<string>();
        for (var offset = 0; offset < 100; offset += 20)
        {
            var page = new JsonObject { ["vector"] = query.DeepClone(), ["topK"] = 20, ["offset"] = offset };
            paged.AddRange(StoredDocuments.Ids(await StoredDocuments.SearchAsync(shared.Api, _indexes[3], page)));
        }

        Assert.Equal(StoredDocuments.Ids(whole), paged);
    }

    private static void AssertTrueTopK(List<SyntheticDocument> matching, float[] query, JsonArray hits, int topK)
    {
        var truth = matching.ToDictionary(document => document.Id, document => document.Cosine(query));
        Assert.Equal(Math.Min(topK, matching.Count), hits.Count);
        var scores = hits.Select(hit => (Id: StoredDocuments.Id(hit), Score: (double)hit!["score"]!)).ToList();
        Assert.All(scores, hit => Assert.InRange(hit.Score, truth[hit.Id] - ScoreTolerance, truth[hit.Id] + ScoreTolerance));
        foreach (var (before, after) in scores.Zip(scores.Skip(1)))
        {
            Assert.True(before.Score > after.Score || (before.Score == after.Score && string.CompareOrdinal(before.Id, after.Id) < 0), $"{before} before {after}");
        }

        // Nothing better was left out.
        var found = scores.Select(hit => hit.Id).ToHashSet();
        var worst = scores.Count == 0 ? double.PositiveInfinity : scores[^1].Score;
        Assert.DoesNotContain(truth, pair => !found.Contains(pair.Key) && pair.Value > worst + ScoreTolerance);
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Search;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Documents that are written once, with searches among them whose true answers are known: whatever else goes on, these stay right.</summary>
internal sealed class StillDocuments
{
    private const int Queries = 24;
    private const int TopK = 10;

    /// <summary>Scores are float32: 48 products of numbers below 1 leave an error far below this.</summary>
    private const double ScoreTolerance = 1e-5;

    private readonly Query[] _queries;

    public StillDocuments(int first, int count)
    {
        Documents = [.. Enumerable.Range(first, count).Select(number => new SyntheticDocument(number))];
        _queries = [.. Enumerable.Range(0, Queries).Select(seed => new Query(SyntheticDocument.VectorOf(95_000 + seed, 0), first, Documents))];
    }

    public IReadOnlyList<SyntheticDocument> Documents { get; }

    public Query Choose(Random random) => _queries[random.Next(_queries.Length)];

    /// <summary>An exact search, and what brute force in double precision says of it.</summary>
    internal sealed class Query
    {
        private readonly float[] _vector;
        private readonly int _first;
        private readonly Dictionary<string, double> _scores;
        private readonly string[] _best;

        public Query(float[] vector, int first, IReadOnlyList<SyntheticDocument> documents)
        {
            (_vector, _first) = (vector, first);
            _scores = documents.ToDictionary(document => document.Id, document => document.Cosine(vector));
            _best = [.. _scores.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).Take(TopK)];
        }

        public JsonObject Body() => new()
        {
            ["vector"] = RequestTable.Vector(_vector),
            ["exact"] = true,
            ["topK"] = TopK,
            ["filter"] = new JsonObject { ["number"] = new JsonObject { ["$gte"] = _first } },
        };

        /// <summary>A whole answer is the true one; a partial one has gaps and nothing that is wrong.</summary>
        public void Check(JsonArray hits, int total, bool isPartial)
        {
            Assert.All(hits, hit => Assert.InRange((double)hit!["score"]! - _scores[StoredDocuments.Id(hit)], -ScoreTolerance, ScoreTolerance));
            var ids = hits.Select(StoredDocuments.Id).ToList();
            if (isPartial)
            {
                Assert.Equal(ids.OrderByDescending(id => _scores[id]).ThenBy(id => id, StringComparer.Ordinal), ids);
                Assert.InRange(total, ids.Count, _scores.Count);
                return;
            }

            Assert.Equal(_best, ids);
            Assert.Equal(_scores.Count, total);
        }
    }
}

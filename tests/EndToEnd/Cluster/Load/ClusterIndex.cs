using ClipOrleans.EndToEnd.Crash;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>The index of a load while nobody writes, seen through one gateway.</summary>
internal sealed class ClusterIndex(Api api, string index, StillDocuments still)
{
    /// <summary>Exact searches over all documents that are compared with brute force over the ledger.</summary>
    private const int Searches = 8;
    private const int TopK = 20;
    private const double ScoreTolerance = 1e-5;

    /// <returns>How many documents there are.</returns>
    public async Task<int> VerifyAsync(IReadOnlyList<DocumentLedger> ledgers, Random random)
    {
        var all = ledgers.Concat(still.Documents.Select(static document => Settled(document))).ToList();
        var count = await new CrashedIndex(api, index).VerifyAsync(all, random);
        var documents = all.Select((ledger, number) => ledger.Acknowledged?.Document(number)).OfType<SyntheticDocument>().ToList();
        for (var search = 0; search < Searches; search++)
            await CompareAsync(documents, SyntheticDocument.VectorOf(random.Next(), 0));
        return count;
    }

    private async Task CompareAsync(List<SyntheticDocument> documents, float[] query)
    {
        var body = new System.Text.Json.Nodes.JsonObject { ["vector"] = Search.RequestTable.Vector(query), ["exact"] = true, ["topK"] = TopK, ["partial"] = "fail" };
        var answer = await StoredDocuments.SearchAsync(api, index, body);
        var truth = documents.ToDictionary(document => document.Id, document => document.Cosine(query));
        var best = truth.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(TopK).ToList();
        Assert.Equal(best.Select(pair => pair.Key), StoredDocuments.Ids(answer));
        Assert.All(answer["hits"]!.AsArray(), hit => Assert.InRange((double)hit!["score"]! - truth[StoredDocuments.Id(hit)], -ScoreTolerance, ScoreTolerance));
        Assert.Equal(documents.Count, (int)answer["total"]!);
    }

    private static DocumentLedger Settled(SyntheticDocument document)
    {
        var ledger = new DocumentLedger();
        ledger.Settle(new DocumentState(document.Version, 0));
        return ledger;
    }
}

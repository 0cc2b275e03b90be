using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>Searches beside the writers until the server is gone: whatever it finds is whole, not too old and not from the future (I2, I3).</summary>
internal sealed class CrashSearcher(Api api, string index, IReadOnlyList<DocumentLedger> ledgers, Random random)
{
    public int Hits { get; private set; }

    public async Task SearchUntilTheServerIsGoneAsync()
    {
        while (true)
        {
            await (random.Next(2) == 0 ? ByVectorAsync() : ByNumberAsync());
        }
    }

    private async Task ByVectorAsync()
    {
        var query = new SyntheticDocument(random.Next(ledgers.Count), random.Next(3));
        var before = ledgers.Select(ledger => ledger.Now).ToList();
        var answer = await StoredDocuments.SearchAsync(api, index, new JsonObject { ["vector"] = query.VectorBody(), ["topK"] = 5, ["exact"] = random.Next(2) == 0 });
        foreach (var hit in answer["hits"]!.AsArray())
        {
            var number = (int)hit!["metadata"]!["number"]!;
            var document = CrashedIndex.WholeMetadata(hit).Document(number);
            Assert.InRange(document.Version, before[number].OldestVisible, ledgers[number].Now.LastVersion);
            Assert.InRange((double)hit["score"]! - document.Cosine(query.Vector), -1e-4, 1e-4);
            Hits++;
        }
    }

    /// <summary>What nobody wrote meanwhile is found exactly as it was acknowledged, or not found if it was deleted.</summary>
    private async Task ByNumberAsync()
    {
        var number = random.Next(ledgers.Count);
        var before = ledgers[number].Now;
        var answer = await StoredDocuments.SearchAsync(api, index, new JsonObject { ["filter"] = new JsonObject { ["number"] = number } });
        if (!before.HasInFlight && ReferenceEquals(before, ledgers[number].Now))
        {
            var hit = answer["hits"]!.AsArray().SingleOrDefault();
            Assert.Equal(before.Acknowledged, hit is null ? null : CrashedIndex.WholeMetadata(hit));
            Hits++;
        }
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Crash;
using ClipOrleans.EndToEnd.Documents;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>Searches beside the writers: whatever is found is right, and what is missing is said (I2, I3, I6, I8).</summary>
internal sealed class LoadSearcher(GatewayPool pool, string index, IReadOnlyList<DocumentLedger> ledgers, StillDocuments still, Random random, LoadFigures figures, int? timeoutMilliseconds = null)
{
    private const double ScoreTolerance = 1e-4;

    public Task SearchAsync() => random.Next(3) switch
    {
        0 => ByVectorAsync(),
        1 => ByNumberAsync(),
        _ => StillAsync(),
    };

    private async Task ByVectorAsync()
    {
        var query = new SyntheticDocument(random.Next(ledgers.Count), random.Next(3));
        var before = ledgers.Select(static ledger => ledger.Now).ToList();
        var answer = await SearchAsync("search", new JsonObject { ["vector"] = query.VectorBody(), ["topK"] = 5, ["exact"] = random.Next(2) == 0 });
        if (answer is null)
            return;
        foreach (var hit in answer.Value.Hits)
        {
            var number = (int)hit!["metadata"]!["number"]!;
            var document = CrashedIndex.WholeMetadata(hit).Document(number);
            if (number < ledgers.Count)
                Assert.InRange(document.Version, before[number].OldestVisible, ledgers[number].Now.LastVersion);
            Assert.InRange((double)hit["score"]! - document.Cosine(query.Vector), -ScoreTolerance, ScoreTolerance);
        }
    }

    /// <summary>What nobody wrote meanwhile is found exactly as it was acknowledged, or not found if it was deleted.</summary>
    private async Task ByNumberAsync()
    {
        var number = random.Next(ledgers.Count);
        var before = ledgers[number].Now;
        var answer = await SearchAsync("filter", new JsonObject { ["filter"] = new JsonObject { ["number"] = number } });
        if (answer is not { } found || before.HasInFlight || !ReferenceEquals(before, ledgers[number].Now))
            return;
        var hit = found.Hits.SingleOrDefault();
        var state = hit is null ? null : CrashedIndex.WholeMetadata(hit);
        Assert.True(ledgers[number].Allows(state) || (found.IsPartial && hit is null), $"Document {number}: found {state?.ToString() ?? "absent"}, {ledgers[number]}");
    }

    /// <summary>Documents that nobody writes: the true answer is known.</summary>
    private async Task StillAsync()
    {
        var query = still.Choose(random);
        var answer = await SearchAsync("exact search", query.Body());
        if (answer is not { } found)
            return;
        query.Check(found.Hits, found.Total, found.IsPartial);
        if (!found.IsPartial)
            figures.CompareWhole();
    }

    private async Task<(JsonArray Hits, int Total, bool IsPartial)?> SearchAsync(string what, JsonObject body)
    {
        if (timeoutMilliseconds is { } timeout)
            body["timeoutMs"] = timeout;
        var reply = await pool.SendAsync(what, HttpMethod.Post, $"v1/indexes/{index}/search", body);
        if (reply.IsFailed)
            return null;
        var answer = reply.Good.Ok();
        var isPartial = (bool)answer["partial"]!;
        Assert.Equal(isPartial, (int)answer["shards"]!["failed"]! > 0);
        if (isPartial)
            figures.WasPartial();
        var hits = answer["hits"]!.AsArray();
        figures.CheckHits(hits.Count);
        return (hits, (int)answer["total"]!, isPartial);
    }
}

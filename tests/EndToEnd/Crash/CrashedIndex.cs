using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>Reads an index after a crash and compares all doors: scroll, get, count, filter, facets, search.</summary>
internal sealed class CrashedIndex(Api api, string index)
{
    /// <summary>Searches and gets cost a request each; so many documents of each round are looked at one by one.</summary>
    private const int Sample = 20;

    /// <summary>
    /// I1, I2: every document is in a state that its ledger allows, whole (vector and metadata of one version), and everything that counts
    /// or finds documents agrees with the scroll.
    /// </summary>
    /// <returns>How many documents there are.</returns>
    public async Task<int> VerifyAsync(IReadOnlyList<DocumentLedger> ledgers, Random random)
    {
        var found = await VerifyWholeAsync();
        for (var number = 0; number < ledgers.Count; number++)
        {
            var (ledger, state) = (ledgers[number], found.GetValueOrDefault(number));
            Assert.True(ledger.Allows(state), $"Document {number}: found {state?.ToString() ?? "absent"}, {ledger}");
            ledger.Settle(state);
        }

        Assert.DoesNotContain(found.Keys, number => number < 0 || number >= ledgers.Count);
        var sample = found.Keys.ToArray();
        random.Shuffle(sample);
        foreach (var number in sample.Take(Sample))
        {
            await VerifyFoundAsync(number, found[number].Document(number));
        }

        return found.Count;
    }

    /// <summary>I2 alone, for a copy of which no ledger says how old it is: every document whole, every count the same.</summary>
    public async Task<Dictionary<int, DocumentState>> VerifyWholeAsync()
    {
        await StoredDocuments.UntilLoadedAsync(api, index);
        var found = new Dictionary<int, DocumentState>();
        foreach (var document in await ScrollWithVectorsAsync())
        {
            var number = (int)document["metadata"]!["number"]!;
            var state = WholeMetadata(document);
            Assert.InRange(state.Document(number).Cosine(StoredDocuments.Floats(document["vector"])), 0.99999, 1.00001);
            found.Add(number, state);
        }

        await VerifyCountsAsync(found);
        return found;
    }

    /// <summary>The state that a document or hit shows, whose metadata is of one version.</summary>
    public static DocumentState WholeMetadata(JsonNode document)
    {
        var metadata = document["metadata"]!.DeepClone().AsObject();
        var patch = (int?)metadata["patch"] ?? 0;
        metadata.Remove("patch");
        var expected = new SyntheticDocument((int)metadata["number"]!, (int)metadata["version"]!);
        Assert.Equal(expected.Id, StoredDocuments.Id(document));
        Assert.True(JsonNode.DeepEquals(expected.Metadata(), metadata), $"Metadata of a mixture: {document.ToJsonString()}");
        return new DocumentState(expected.Version, patch);
    }

    private async Task<List<JsonObject>> ScrollWithVectorsAsync()
    {
        var documents = new List<JsonObject>();
        foreach (var batch in (await StoredDocuments.ScrollAsync(api, index, limit: 500)).Chunk(16))
        {
            var answers = await Task.WhenAll(batch.Select(document => api.GetAsync($"v1/indexes/{index}/documents/{StoredDocuments.Id(document)}?include=vector")));
            documents.AddRange(answers.Select(answer => answer.Ok()));
        }

        return documents;
    }

    private async Task VerifyCountsAsync(Dictionary<int, DocumentState> found)
    {
        Assert.Equal(found.Count, (int)(await api.GetAsync($"v1/indexes/{index}")).Ok()["documents"]!);
        var all = await SearchAsync("""{"filter":{"number":{"$exists":true}},"topK":1,"facets":["colour"]}""");
        Assert.Equal(found.Count, (int)all["total"]!);
        foreach (var colour in SyntheticDocument.Colours)
        {
            var expected = found.Count(pair => pair.Value.Document(pair.Key).Colour == colour);
            Assert.Equal(expected, (int)(await SearchAsync($$$"""{"filter":{"colour":"{{{colour}}}"},"topK":1}"""))["total"]!);
            var facet = all["facets"]!["colour"]!.AsArray().FirstOrDefault(entry => (string?)entry!["value"] == colour);
            Assert.Equal(expected, (int?)facet?["count"] ?? 0);
        }

        var patched = found.Count(pair => pair.Value.Patch > 0);
        Assert.Equal(patched, (int)(await SearchAsync("""{"filter":{"patch":{"$gte":1}},"topK":1}"""))["total"]!);
    }

    private async Task VerifyFoundAsync(int number, SyntheticDocument document)
    {
        var near = await StoredDocuments.SearchAsync(api, index, new JsonObject { ["vector"] = document.VectorBody(), ["topK"] = 5, ["minScore"] = 0.9999 });
        Assert.Contains(document.Id, StoredDocuments.Ids(near));
        var exact = await SearchAsync($$$"""{"filter":{"number":{{{number}}},"version":{{{document.Version}}},"inStock":{{{(document.InStock ? "true" : "false")}}}}}""");
        Assert.Equal([document.Id], StoredDocuments.Ids(exact));
    }

    private Task<JsonObject> SearchAsync(string body) => StoredDocuments.SearchAsync(api, index, JsonNode.Parse(body)!.AsObject());
}

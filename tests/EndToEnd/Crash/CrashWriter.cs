using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// One of several concurrent writers: bulk upserts of new and old documents, patches and deletes of its own numbers, chosen by a seed,
/// until the server is gone. It writes into the ledger before it sends and after the answer.
/// </summary>
/// <param name="api">Of the server.</param>
/// <param name="index">Where.</param>
/// <param name="own">The documents that nobody else writes.</param>
/// <param name="random">What chance decides.</param>
/// <param name="acknowledged">Told of how many documents an answer confirms.</param>
internal sealed class CrashWriter(Api api, string index, IReadOnlyList<(int Number, DocumentLedger Ledger)> own, Random random, Action<int> acknowledged)
{
    private const int MaxBatch = 25;

    /// <summary>Ends when the connection does. Any other failure is a failed test.</summary>
    public async Task WriteUntilTheServerIsGoneAsync()
    {
        while (true)
        {
            await (random.Next(10) switch
            {
                < 7 => UpsertAsync(),
                < 9 => PatchAsync(),
                _ => DeleteAsync(),
            });
        }
    }

    private async Task UpsertAsync()
    {
        var chosen = Choose(random.Next(1, MaxBatch));
        var documents = chosen.Select(one => new SyntheticDocument(one.Number, one.Ledger.Now.LastVersion + 1)).ToList();
        foreach (var (one, document) in chosen.Zip(documents))
        {
            one.Ledger.Send(new DocumentState(document.Version, 0));
        }

        await StoredDocuments.UpsertAsync(api, index, documents.Select(document => document.Body()));
        Acknowledge(chosen);
    }

    private async Task PatchAsync()
    {
        var one = own[random.Next(own.Count)];
        if (one.Ledger.Acknowledged is { } before)
        {
            var patch = before.Patch + 1;
            one.Ledger.Send(before with { Patch = patch });
            var body = new JsonObject { ["metadata"] = new JsonObject { ["patch"] = patch } };
            (await api.PatchAsync($"v1/indexes/{index}/documents/{new SyntheticDocument(one.Number).Id}", body)).Ok();
            Acknowledge([one]);
        }
    }

    private async Task DeleteAsync()
    {
        var chosen = Choose(random.Next(1, 4));
        chosen.ForEach(one => one.Ledger.Send(null));
        var ids = new JsonArray([.. chosen.Select(one => (JsonNode)new SyntheticDocument(one.Number).Id)]);
        (await api.PostAsync($"v1/indexes/{index}/documents/delete", new JsonObject { ["ids"] = ids })).Ok();
        Acknowledge(chosen);
    }

    private List<(int Number, DocumentLedger Ledger)> Choose(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(own.Count)).Distinct().Select(i => own[i])];

    private void Acknowledge(List<(int Number, DocumentLedger Ledger)> written)
    {
        written.ForEach(one => one.Ledger.Acknowledge());
        acknowledged(written.Count);
    }
}

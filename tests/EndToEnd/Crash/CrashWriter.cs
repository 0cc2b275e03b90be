using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;

namespace ClipOrleans.EndToEnd.Crash;

/// <summary>
/// One of several concurrent writers: bulk upserts of new and old documents, patches and deletes of its own numbers, chosen by a seed,
/// until the server is gone. It writes into its ledger before it sends and after the answer.
/// </summary>
internal sealed class CrashWriter(Api api, string index, int writer, int writers, Random random, Action<int> acknowledged)
{
    private const int MaxBatch = 25;

    private int _next;

    public Dictionary<int, DocumentLedger> Ledger { get; } = [];

    public int Refused { get; private set; }

    /// <summary>Ends when the connection does. Any other failure is a failed test.</summary>
    public async Task WriteUntilTheServerIsGoneAsync()
    {
        try
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
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Refused++;
        }
    }

    private async Task UpsertAsync()
    {
        var numbers = new HashSet<int>();
        for (var i = random.Next(1, MaxBatch); i > 0; i--)
        {
            numbers.Add(random.Next(3) > 0 || _next == 0 ? (_next++ * writers) + writer : Existing());
        }

        var states = numbers.ToDictionary(number => number, number => new DocumentState((LedgerOf(number).Acknowledged?.Version ?? -1) + 1, 0));
        foreach (var (number, state) in states)
        {
            LedgerOf(number).Send(state);
        }

        await StoredDocuments.UpsertAsync(api, index, states.Select(pair => pair.Value.Document(pair.Key).Body()));
        Acknowledge(numbers);
    }

    private async Task PatchAsync()
    {
        if (_next == 0)
        {
            return;
        }

        var number = Existing();
        if (LedgerOf(number).Acknowledged is { } before)
        {
            var patch = before.Patch + 1;
            LedgerOf(number).Send(before with { Patch = patch });
            var body = new JsonObject { ["metadata"] = new JsonObject { ["patch"] = patch } };
            (await api.PatchAsync($"v1/indexes/{index}/documents/{new SyntheticDocument(number).Id}", body)).Ok();
            Acknowledge([number]);
        }
    }

    private async Task DeleteAsync()
    {
        var numbers = Enumerable.Range(0, _next == 0 ? 0 : random.Next(1, 4)).Select(_ => Existing()).ToHashSet();
        foreach (var number in numbers)
        {
            LedgerOf(number).Send(null);
        }

        var ids = new JsonArray([.. numbers.Select(number => (JsonNode)new SyntheticDocument(number).Id)]);
        if (numbers.Count > 0)
        {
            (await api.PostAsync($"v1/indexes/{index}/documents/delete", new JsonObject { ["ids"] = ids })).Ok();
            Acknowledge(numbers);
        }
    }

    private int Existing() => (random.Next(_next) * writers) + writer;

    private DocumentLedger LedgerOf(int number)
    {
        if (!Ledger.TryGetValue(number, out var ledger))
        {
            Ledger[number] = ledger = new DocumentLedger();
        }

        return ledger;
    }

    private void Acknowledge(HashSet<int> numbers)
    {
        foreach (var number in numbers)
        {
            Ledger[number].Acknowledge();
        }

        acknowledged(numbers.Count);
    }
}

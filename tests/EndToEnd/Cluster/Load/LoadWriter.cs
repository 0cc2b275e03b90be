using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Crash;
using ClipOrleans.EndToEnd.Documents;

namespace ClipOrleans.EndToEnd.Cluster.Load;

/// <summary>
/// One of several concurrent writers, each with documents of its own: upserts, patches and deletes, single and many at once, through any
/// gateway. What an answer says must fit what was there: a write that was done twice would say "updated" of a new document, or
/// "not found" of one that it deleted.
/// </summary>
internal sealed class LoadWriter(GatewayPool pool, string index, IReadOnlyList<(int Number, DocumentLedger Ledger)> own, Random random, LoadFigures figures)
{
    private const int MaxBatch = 25;

    public async Task WriteAsync()
    {
        await (random.Next(20) switch
        {
            < 7 => UpsertManyAsync(),
            < 12 => PutAsync(),
            < 16 => PatchAsync(),
            < 18 => DeleteAsync(),
            _ => DeleteManyAsync(),
        });
        if (random.Next(3) == 0)
            await ReadBackAsync();
    }

    private async Task UpsertManyAsync()
    {
        var chosen = Choose(random.Next(1, MaxBatch));
        var before = chosen.ConvertAll(one => one.Ledger.Now);
        var body = new JsonObject { ["documents"] = new JsonArray([.. chosen.Select(one => (JsonNode)Next(one).Body())]) };
        var reply = await pool.SendAsync("bulk upsert", HttpMethod.Post, $"v1/indexes/{index}/documents", body);
        if (reply.IsFailed)
        {
            chosen.ForEach(static one => one.Ledger.Refuse());
            return;
        }

        var results = reply.Good.Ok()["results"]!.AsArray();
        Assert.Equal(chosen.Select(one => new SyntheticDocument(one.Number).Id), results.Select(StoredDocuments.Id));
        for (var i = 0; i < chosen.Count; i++)
            Take(chosen[i], before[i], results[i]!.AsObject());
    }

    private void Take((int Number, DocumentLedger Ledger) one, DocumentLedger.Standing before, JsonObject result)
    {
        if ((string?)result["status"] is var status and ("created" or "updated"))
        {
            Acknowledge(one, before, status);
            return;
        }

        var problem = result["error"]!.AsObject();
        Assert.True((int)problem["status"]! >= 500, $"A good document was refused: {result.ToJsonString()}");
        figures.Fail("document of a bulk upsert", $"{problem["status"]} {((string)problem["type"]!).Split(':')[^1]}");
        one.Ledger.Refuse();
    }

    private async Task PutAsync()
    {
        var one = own[random.Next(own.Count)];
        var before = one.Ledger.Now;
        var document = Next(one);
        var body = document.Body();
        body.Remove("id");
        var reply = await pool.SendAsync("put", HttpMethod.Put, PathOf(document), body);
        if (reply.IsFailed)
            one.Ledger.Refuse();
        else
            Acknowledge(one, before, reply.Good.Code switch { 201 => "created", 200 => "updated", _ => throw Unexpected(reply) });
    }

    private async Task PatchAsync()
    {
        var one = own[random.Next(own.Count)];
        var before = one.Ledger.Now;
        if (before.Acknowledged is not { } state || before.Refused.Count > 0)
            return;
        var patched = state with { Patch = state.Patch + 1 };
        one.Ledger.Send(patched);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["patch"] = patched.Patch } };
        var reply = await pool.SendAsync("patch", HttpMethod.Patch, PathOf(new SyntheticDocument(one.Number)), body);
        if (reply.IsFailed)
        {
            one.Ledger.Refuse();
            return;
        }

        Assert.Equal(patched, CrashedIndex.WholeMetadata(reply.Good.Ok()));
        Acknowledge([one]);
    }

    private async Task DeleteAsync()
    {
        var one = own[random.Next(own.Count)];
        var before = one.Ledger.Now;
        one.Ledger.Send(null);
        var reply = await pool.SendAsync("delete", HttpMethod.Delete, PathOf(new SyntheticDocument(one.Number)));
        if (reply.IsFailed)
        {
            one.Ledger.Refuse();
            return;
        }

        var wasThere = reply.Good.Code switch { 204 => true, 404 => false, _ => throw Unexpected(reply) };
        Assert.True(before.Refused.Count > 0 || wasThere == before.Acknowledged is not null, $"Delete of document {one.Number} says {reply.Good.Code}: {one.Ledger}");
        Acknowledge([one]);
    }

    private async Task DeleteManyAsync()
    {
        var chosen = Choose(random.Next(1, 6));
        var before = chosen.ConvertAll(one => one.Ledger.Now);
        chosen.ForEach(static one => one.Ledger.Send(null));
        var ids = new JsonArray([.. chosen.Select(one => (JsonNode)new SyntheticDocument(one.Number).Id)]);
        var reply = await pool.SendAsync("bulk delete", HttpMethod.Post, $"v1/indexes/{index}/documents/delete", new JsonObject { ["ids"] = ids });
        if (reply.IsFailed)
        {
            chosen.ForEach(static one => one.Ledger.Refuse());
            return;
        }

        var deleted = (int)reply.Good.Ok()["deleted"]!;
        var least = before.Count(static standing => standing.Refused.Count == 0 && standing.Acknowledged is not null);
        var most = before.Count(static standing => standing.Refused.Count > 0 || standing.Acknowledged is not null);
        Assert.InRange(deleted, least, most);
        Acknowledge(chosen);
    }

    /// <summary>I3: the gateway whose turn it is need not be the one that took the write.</summary>
    private async Task ReadBackAsync()
    {
        var one = own[random.Next(own.Count)];
        var reply = await pool.SendAsync("get", HttpMethod.Get, PathOf(new SyntheticDocument(one.Number)));
        if (reply.IsFailed)
            return;
        var found = reply.Good.Code == 404 ? null : CrashedIndex.WholeMetadata(reply.Good.Ok());
        Assert.True(one.Ledger.Allows(found), $"Document {one.Number} reads {found?.ToString() ?? "absent"}, {one.Ledger}");
        figures.Reread();
    }

    private static SyntheticDocument Next((int Number, DocumentLedger Ledger) one)
    {
        var document = new SyntheticDocument(one.Number, one.Ledger.Now.LastVersion + 1);
        one.Ledger.Send(new DocumentState(document.Version, 0));
        return document;
    }

    private void Acknowledge((int Number, DocumentLedger Ledger) one, DocumentLedger.Standing before, string status)
    {
        var expected = before.Acknowledged is null ? "created" : "updated";
        Assert.True(before.Refused.Count > 0 || status == expected, $"Document {one.Number} was {status}, not {expected}: {one.Ledger}");
        Acknowledge([one]);
    }

    private void Acknowledge(List<(int Number, DocumentLedger Ledger)> written)
    {
        written.ForEach(static one => one.Ledger.Acknowledge());
        figures.Acknowledge(written.Count);
    }

    private List<(int Number, DocumentLedger Ledger)> Choose(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(own.Count)).Distinct().Select(i => own[i])];

    private string PathOf(SyntheticDocument document) => $"v1/indexes/{index}/documents/{document.Id}";

    private static InvalidDataException Unexpected(Reply reply) => new($"{reply.Good.Request}: {reply.Good.Code} {reply.Good.Text}");
}

using System.Net;
using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Isolation;

// Danger: a limit that was sold and is not kept, or one that hits whoever has none.
// Invariant: a tenant stores and asks as much as its quotas allow, is told 402 for the one and 429 for the other, and gets room by deleting.
// Method: the built program with two tenants that have quotas and one that has none.
public sealed class QuotasTests
{
    private const string Index = "shop";

    [Fact]
    public async Task Quotas_are_kept_and_told_apart()
    {
        using var data = new TempFolder();
        await using var silo = await SiloProcess.StartAsync(data.Path, "--Auth:Mode=keys");
        using var operatorApi = new Api(silo.Address, (await File.ReadAllTextAsync(Path.Combine(data.Path, "operator.key"))).Trim());
        using var small = await TenantAsync(operatorApi, "small", new JsonObject { ["maxDocuments"] = 3 });
        using var slow = await TenantAsync(operatorApi, "slow", new JsonObject { ["requestsPerMinute"] = 5 });
        using var free = await TenantAsync(operatorApi, "free", []);

        await StoredDocuments.CreateAsync(small, new JsonObject { ["name"] = Index, ["model"] = "none", ["dimensions"] = 2, ["shards"] = 2 });
        var stored = (await small.PostAsync($"v1/indexes/{Index}/documents", Bulk(5))).Ok();
        Assert.Equal((3, 2), ((int)stored["succeeded"]!, (int)stored["failed"]!));
        Assert.All(stored["results"]!.AsArray().Where(result => (string)result!["status"]! == "failed"), result => Assert.Equal(402, (int)result!["error"]!["status"]!));
        Assert.Equal("quota-exceeded", (await PutAsync(small, "new")).Expect(HttpStatusCode.PaymentRequired).Slug());
        (await PutAsync(small, "d0")).Expect(HttpStatusCode.OK);
        (await small.DeleteAsync($"v1/indexes/{Index}/documents/d0")).Expect(HttpStatusCode.NoContent);
        (await PutAsync(small, "new")).Expect(HttpStatusCode.Created);

        for (var i = 0; i < 5; i++)
            (await slow.GetAsync("v1/indexes")).Ok();
        Assert.Equal("rate-limited", (await slow.GetAsync("v1/indexes")).Expect(HttpStatusCode.TooManyRequests).Slug());

        await StoredDocuments.CreateAsync(free, new JsonObject { ["name"] = Index, ["model"] = "none", ["dimensions"] = 2 });
        Assert.Equal(5, (int)(await free.PostAsync($"v1/indexes/{Index}/documents", Bulk(5))).Ok()["succeeded"]!);
    }

    private static async Task<Api> TenantAsync(Api operatorApi, string id, JsonObject quotas)
    {
        (await operatorApi.PostAsync("admin/v1/tenants", new JsonObject { ["id"] = id, ["quotas"] = quotas })).Expect(HttpStatusCode.Created);
        var key = (await operatorApi.PostAsync($"admin/v1/tenants/{id}/keys", new JsonObject { ["name"] = "all", ["role"] = "admin" })).Expect(HttpStatusCode.Created).Json["key"]!;
        return new Api(operatorApi.Address, (string)key!);
    }

    private static JsonObject Bulk(int count) => new()
    {
        ["documents"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => new JsonObject { ["id"] = $"d{i}", ["vector"] = new JsonArray(1, i) })]),
    };

    private static Task<Answer> PutAsync(Api api, string id) => api.PutAsync($"v1/indexes/{Index}/documents/{id}", new JsonObject { ["vector"] = new JsonArray(0, 1) });
}

using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Auth;

namespace ClipOrleans.Gateway.Tests.Ingest;

// Danger: a tenant that fills the disk of all others; a full quota that a client takes for a busy server and asks again for ever.
// Invariant: what does not fit is 402 quota-exceeded, document by document; what is there can be replaced; what was deleted makes room.
// Method: the API on a real socket, tenants with quotas, shards in memory, a clock that is moved.
public sealed class StorageQuotaTests
{
    private const string Documents = "/v1/indexes/shop/documents";

    [Fact]
    public async Task Documents_beyond_the_quota_are_refused_one_by_one_and_those_that_are_there_are_replaced()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await LimitedAsync(host, """{"maxDocuments":3}""");
        var bulk = (await host.SendAsync(key, HttpMethod.Post, Documents, Bulk("a", "b", "a", "c", "d", "e"))).Ok();
        Assert.Equal(["created", "created", "updated", "created", "failed", "failed"], bulk["results"]!.AsArray().Select(result => (string)result!["status"]!));
        Assert.Equal((402, "urn:cliporleans:error:quota-exceeded"), ((int)bulk["results"]![4]!["error"]!["status"]!, (string)bulk["results"]![4]!["error"]!["type"]!));

        var refused = await host.SendAsync(key, HttpMethod.Put, $"{Documents}/f", """{"text":"red"}""");
        refused.Problem(Slugs.QuotaExceeded);
        Assert.Equal(HttpStatusCode.PaymentRequired, refused.Status);
        Assert.Null(refused.Headers.RetryAfter);
        (await host.SendAsync(key, HttpMethod.Put, $"{Documents}/b", """{"text":"blue"}""")).Expect(HttpStatusCode.OK);

        (await host.SendAsync(key, HttpMethod.Delete, $"{Documents}/a")).Expect(HttpStatusCode.NoContent);
        (await host.SendAsync(key, HttpMethod.Put, $"{Documents}/f", """{"text":"red"}""")).Expect(HttpStatusCode.Created);
        (await host.SendAsync(key, HttpMethod.Put, $"{Documents}/g", """{"text":"red"}""")).Problem(Slugs.QuotaExceeded);
    }

    [Fact]
    public async Task Many_writers_at_once_do_not_exceed_the_quota_of_a_gateway()
    {
        const int most = 20;
        await using var host = await KeyHost.StartAsync();
        var key = await LimitedAsync(host, $$"""{"maxDocuments":{{most}}}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * most).Select(i => host.SendAsync(key, HttpMethod.Put, $"{Documents}/d{i}", """{"vector":[1,0,0,0,0,0,0,0]}""")));
        Assert.Equal(most, answers.Count(answer => answer.Status is HttpStatusCode.Created));
        Assert.Equal(2 * most, answers.Count(answer => answer.Status is HttpStatusCode.PaymentRequired));
    }

    [Fact]
    public async Task Bytes_beyond_the_quota_are_refused_and_other_tenants_are_not_concerned()
    {
        await using var host = await KeyHost.StartAsync();
        var (key, other) = (await LimitedAsync(host, """{"maxBytes":10}"""), await host.KeyAsync("globex"));
        (await host.SendAsync(key, HttpMethod.Put, $"{Documents}/a", """{"text":"red"}""")).Problem(Slugs.QuotaExceeded);
        (await host.SendAsync(other, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        (await host.SendAsync(other, HttpMethod.Put, $"{Documents}/a", """{"text":"red"}""")).Expect(HttpStatusCode.Created);
    }

    private static string Bulk(params string[] ids) => $$"""{"documents":[{{string.Join(',', ids.Select(id => $$"""{"id":"{{id}}","text":"red"}"""))}}]}""";

    private static async Task<string> LimitedAsync(KeyHost host, string quotas)
    {
        (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", $$"""{"id":"acme","quotas":{{quotas}}}""")).Expect(HttpStatusCode.Created);
        var key = await host.KeyAsync("acme");
        (await host.SendAsync(key, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        return key;
    }
}

using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Auth;

// Danger: a tenant that is listed twice or not at all, whose name reaches a path, or whose key outlives it.
// Invariant: tenants come and go as the operator says, and nobody else does.
// Method: the API on a real socket.
public sealed class TenantTests
{
    [Fact]
    public async Task A_tenant_comes_is_looked_at_and_goes_with_its_keys()
    {
        await using var host = await KeyHost.StartAsync();
        var created = (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme","quotas":{"maxIndexes":3,"maxBytes":10000000000}}""")).Expect(HttpStatusCode.Created);
        Assert.Equal("/admin/v1/tenants/acme", created.Headers.Location!.ToString());
        var found = (await host.OperatorAsync(HttpMethod.Get, "/admin/v1/tenants/acme")).Ok();
        Assert.Equal("""{"maxIndexes":3,"maxBytes":10000000000}""", found["quotas"]!.ToJsonString());
        Assert.Equal("live", (string)found["status"]!);
        (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme"}""")).Problem(Slugs.TenantExists);
        var key = await host.KeyAsync("acme");
        (await host.SendAsync(key, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        Assert.Single((await host.OperatorAsync(HttpMethod.Get, "/admin/v1/tenants/acme/keys")).Ok()["keys"]!.AsArray());
        (await host.OperatorAsync(HttpMethod.Delete, "/admin/v1/tenants/acme")).Expect(HttpStatusCode.NoContent);
        (await host.GetAsync(key, "/v1/indexes")).Problem(Slugs.Unauthorized);
        foreach (var path in (string[])["/admin/v1/tenants/acme", "/admin/v1/tenants/acme/keys", "/admin/v1/tenants/Acme", "/admin/v1/tenants/a%2Fb", "/admin/v1/tenants/..%2f"])
            (await host.OperatorAsync(HttpMethod.Get, path)).Problem(Slugs.TenantNotFound);
        (await host.OperatorAsync(HttpMethod.Delete, "/admin/v1/tenants/acme")).Problem(Slugs.TenantNotFound);
        (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants/acme/keys", """{"name":"x","role":"read"}""")).Problem(Slugs.TenantNotFound);
    }

    [Fact]
    public async Task Tenants_are_listed_by_id_page_by_page()
    {
        await using var host = await KeyHost.StartAsync();
        string[] names = [.. Enumerable.Range(0, 25).Select(number => $"t-{number:D2}")];
        foreach (var name in names.Reverse())
            (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", $$"""{"id":"{{name}}"}""")).Expect(HttpStatusCode.Created);
        Assert.Equal(names, Ids(await host.OperatorAsync(HttpMethod.Get, "/admin/v1/tenants")));
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await host.OperatorAsync(HttpMethod.Get, $"/admin/v1/tenants?limit=10{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(Ids(page));
            cursor = (string?)page.Json["cursor"];
            if (cursor is null)
                break;
        }

        Assert.Equal(names, seen);
        foreach (var query in (string[])["cursor=x", "cursor=AWNhdA", "cursor="])
            (await host.OperatorAsync(HttpMethod.Get, $"/admin/v1/tenants?{query}")).Problem(Slugs.InvalidCursor);
        foreach (var query in (string[])["limit=0", "limit=1001", "limit=ten"])
            (await host.OperatorAsync(HttpMethod.Get, $"/admin/v1/tenants?{query}")).Problem(Slugs.MalformedRequest);
    }

    [Theory]
    [InlineData("""{}""", Slugs.MalformedRequest, "/id")]
    [InlineData("""{"id":"Acme"}""", Slugs.InvalidName, "/id")]
    [InlineData("""{"id":"../acme"}""", Slugs.InvalidName, "/id")]
    [InlineData("""{"id":7}""", Slugs.MalformedRequest, "/id")]
    [InlineData("""{"id":"acme","quotas":{"maxIndexes":-1}}""", Slugs.MalformedRequest, "/quotas/maxIndexes")]
    [InlineData("""{"id":"acme","quotas":{"maxDogs":1}}""", Slugs.UnknownMember, "/quotas/maxDogs")]
    [InlineData("""{"id":"acme","quotas":[]}""", Slugs.MalformedRequest, "/quotas")]
    [InlineData("""{"id":"acme","name":"Acme"}""", Slugs.UnknownMember, "/name")]
    public async Task A_tenant_that_cannot_be_is_refused_with_what_is_wrong(string json, string slug, string pointer)
    {
        await using var host = await KeyHost.StartAsync();
        var answer = await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", json);
        answer.Problem(slug);
        Assert.Equal([pointer], answer.Pointers);
    }

    [Fact]
    public async Task In_open_mode_tenants_and_keys_can_be_prepared()
    {
        await using var host = await GatewayHost.StartAsync();
        (await host.PostAsync("/admin/v1/tenants", """{"id":"acme"}""")).Expect(HttpStatusCode.Created);
        (await host.PostAsync("/v1/keys", """{"name":"x","role":"read"}""")).Expect(HttpStatusCode.Created);
        Assert.Single((await host.GetAsync("/admin/v1/tenants/default/keys")).Ok()["keys"]!.AsArray());
        Assert.Null((await host.GetAsync("/admin/v1/tenants/default")).Ok()["createdAt"]);
    }

    private static IEnumerable<string> Ids(Answer page) => page.Ok()["tenants"]!.AsArray().Select(tenant => (string)tenant!["id"]!);
}

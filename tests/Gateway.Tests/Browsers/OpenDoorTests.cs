using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Auth;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Browsers;

// Danger: any page that is open in a browser on this machine asks the server in open mode, with no key to stop it; or comes under a name of its own that it lets resolve to this machine.
// Invariant: in open mode pages of other origins change nothing, and names that are not this machine's are refused; CORS is off unless origins are configured, and then for these alone.
// Method: the requests that browsers send: Origin, Host, the question before the request.
public sealed class OpenDoorTests
{
    private const string Page = "https://evil.example";
    private const string Friend = "https://shop.example";

    [Fact]
    public async Task A_page_of_another_origin_changes_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        foreach (var origin in (string[])[Page, "null", "http://localhost:1", $"http://{host.Address.Authority}.evil.example", ""])
            (await SendAsync(host, HttpMethod.Post, "/v1/indexes/shop/snapshots", ("Origin", origin))).Problem(Slugs.Forbidden);
        Assert.Empty((await host.GetAsync("/v1/indexes/shop/snapshots")).Ok()["snapshots"]!.AsArray());
        (await SendAsync(host, HttpMethod.Post, "/v1/indexes/shop/snapshots", ("Origin", $"http://{host.Address.Authority}"))).Expect(HttpStatusCode.Created);
        (await SendAsync(host, HttpMethod.Post, "/v1/indexes/shop/snapshots")).Expect(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("localhost", true)]
    [InlineData("app.localhost:80", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("[::1]", true)]
    public async Task A_name_that_was_rebound_to_this_machine_is_refused(string name, bool served)
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await SendAsync(host, HttpMethod.Get, "/v1/indexes", ("Host", name));
        if (served)
            answer.Ok();
        else
            answer.Problem(Slugs.Forbidden);
        (await SendAsync(host, HttpMethod.Get, "/health/live", ("Host", name))).Ok();
    }

    [Fact]
    public async Task Who_names_the_hosts_is_asked_under_these()
    {
        await using var host = await GatewayHost.StartAsync(("AllowedHosts", "search.example"));
        (await SendAsync(host, HttpMethod.Get, "/v1/indexes", ("Host", "search.example"))).Ok();
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(host, HttpMethod.Get, "/v1/indexes", ("Host", "evil.example"))).Status);
    }

    [Fact]
    public async Task With_keys_neither_matters()
    {
        await using var keys = await KeyHost.StartAsync();
        var key = await keys.KeyAsync("acme");
        (await SendAsync(keys.Host, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""", ("x-api-key", key), ("Origin", Page), ("Host", "search.example"))).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Cors_is_off_unless_origins_are_configured()
    {
        await using var host = await GatewayHost.StartAsync();
        var asked = await PreflightAsync(host, Friend);
        Assert.DoesNotContain(asked.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        var read = await SendAsync(host, HttpMethod.Get, "/v1/indexes", ("Origin", Friend));
        Assert.DoesNotContain(read.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Pages_of_configured_origins_and_no_others_may_ask()
    {
        await using var host = await GatewayHost.StartAsync(("Cors:Origins", $"{Friend}, http://localhost:3000"));
        var asked = await PreflightAsync(host, Friend);
        Assert.Equal(Friend, Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("x-api-key", Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
        Assert.False(asked.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.False((await PreflightAsync(host, Page)).Headers.Contains("Access-Control-Allow-Origin"));
        (await SendAsync(host, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""", ("Origin", Friend))).Expect(HttpStatusCode.Created);
        (await SendAsync(host, HttpMethod.Delete, "/v1/indexes/shop", ("Origin", Page))).Problem(Slugs.Forbidden);
        Assert.Equal(Friend, Assert.Single((await SendAsync(host, HttpMethod.Get, "/v1/nothing", ("Origin", Friend))).Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://shop.example/")]
    [InlineData("shop.example")]
    [InlineData("https://user@shop.example")]
    [InlineData("null")]
    public async Task What_is_no_origin_stops_the_start(string origins)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => GatewayHost.StartAsync(("Cors:Origins", origins)));
        Assert.Contains("Cors:Origins", refusal.ToString(), StringComparison.Ordinal);
    }

    private static Task<Answer> PreflightAsync(GatewayHost host, string origin) =>
        SendAsync(host, HttpMethod.Options, "/v1/indexes", ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,x-api-key"));

    private static Task<Answer> SendAsync(GatewayHost host, HttpMethod method, string path, params (string Name, string Value)[] headers) => host.SendAsync(method, path, null, headers);

    private static Task<Answer> SendAsync(GatewayHost host, HttpMethod method, string path, string json, params (string Name, string Value)[] headers) =>
        host.SendAsync(method, path, GatewayHost.Json(json), headers);
}

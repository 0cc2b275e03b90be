using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Tests.Auth;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a tenant that takes what others have paid for; a limit that hits another tenant, or that is mistaken for a full quota.
// Invariant: a tenant has its requests and encodes of a minute and no more, is told how it stands and when to come back; nobody else is concerned.
// Method: the API on a real socket, tenants with limits, a clock that is moved.
public sealed class RateLimitTests
{
    [Fact]
    public async Task Requests_beyond_the_limit_are_429_until_the_next_minute_and_others_are_not_concerned()
    {
        await using var host = await KeyHost.StartAsync();
        var (limited, other) = (await LimitedAsync(host, """{"requestsPerMinute":3}"""), await host.KeyAsync("globex"));
        for (var left = 2; left >= 0; left--)
        {
            var answer = await host.GetAsync(limited, "/v1/indexes");
            answer.Ok();
            Assert.Equal(("3", $"{left}"), (Header(answer, "RateLimit-Limit"), Header(answer, "RateLimit-Remaining")));
            Assert.InRange(int.Parse(Header(answer, "RateLimit-Reset")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        }

        var refused = await host.GetAsync(limited, "/v1/indexes");
        refused.Problem(Slugs.RateLimited);
        Assert.Equal((HttpStatusCode)429, refused.Status);
        Assert.Equal(("3", "0"), (Header(refused, "RateLimit-Limit"), Header(refused, "RateLimit-Remaining")));
        Assert.Equal(Header(refused, "RateLimit-Reset"), Header(refused, "Retry-After"));
        var free = await host.GetAsync(other, "/v1/indexes");
        free.Ok();
        Assert.Null(Header(free, "RateLimit-Limit"));
        (await host.OperatorAsync(HttpMethod.Get, "/admin/v1/tenants/acme")).Ok();

        host.Clock.Advance(TimeSpan.FromSeconds(60));
        host.Host.Cluster.Tenants.Used.Clear();
        (await host.GetAsync(limited, "/v1/indexes")).Ok();
    }

    [Fact]
    public async Task Encodes_beyond_the_limit_are_429_and_what_is_known_or_needs_none_goes_on()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await LimitedAsync(host, """{"encodesPerMinute":2}""");
        (await host.SendAsync(key, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        (await SearchAsync("""{"text":"red"}""")).Ok();
        (await SearchAsync("""{"text":"red"}""")).Ok();
        (await SearchAsync("""{"text":"blue"}""")).Ok();
        var refused = await SearchAsync("""{"text":"green"}""");
        refused.Problem(Slugs.RateLimited);
        Assert.NotNull(refused.Headers.RetryAfter);
        (await SearchAsync("""{"text":"red"}""")).Ok();
        (await SearchAsync("""{"vector":[1,0,0,0,0,0,0,0]}""")).Ok();
        var bulk = (await host.SendAsync(key, HttpMethod.Post, "/v1/indexes/shop/documents", """{"documents":[{"id":"a","text":"red"},{"id":"b","text":"green"}]}""")).Ok();
        Assert.Equal([null, 429], bulk["results"]!.AsArray().Select(result => (int?)result!["error"]?["status"]));
        (await host.SendAsync(key, HttpMethod.Post, "/v1/embeddings", """{"model":"toy","input":"green"}""")).Problem(Slugs.RateLimited);

        Task<Answer> SearchAsync(string body) => host.SendAsync(key, HttpMethod.Post, "/v1/indexes/shop/search", body);
    }

    [Fact]
    public async Task Where_nobody_counts_nobody_is_refused()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await LimitedAsync(host, """{"requestsPerMinute":1}""");
        host.Host.Cluster.Faults.Throw("meter", new InvalidOperationException("away"));
        (await host.GetAsync(key, "/v1/indexes")).Ok();
        (await host.GetAsync(key, "/v1/indexes")).Ok();
        host.Host.Cluster.Faults.Clear();
        host.Clock.Advance(TimeSpan.FromSeconds(11));
        (await host.GetAsync(key, "/v1/indexes")).Ok();
        (await host.GetAsync(key, "/v1/indexes")).Problem(Slugs.RateLimited);
    }

    private static async Task<string> LimitedAsync(KeyHost host, string quotas)
    {
        (await host.OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", $$"""{"id":"acme","quotas":{{quotas}}}""")).Expect(HttpStatusCode.Created);
        return await host.KeyAsync("acme");
    }

    private static string? Header(Answer answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}

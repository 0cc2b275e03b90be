using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Auth;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Auth;

// Danger: a key that does more than it is for, that works after it was deleted, or guesses that keep the cluster busy.
// Invariants: I5; the role and the indexes of a key hold on every path; a deleted key is dead everywhere within 5 seconds.
// Method: the API on a real socket with keys of each kind, and a clock that is moved.
public sealed class KeyTests
{
    [Fact]
    public async Task A_key_is_told_once_and_opens_what_its_role_is_for()
    {
        await using var host = await KeyHost.StartAsync();
        var (read, write, admin) = (await host.KeyAsync("acme", "read"), await host.KeyAsync("acme", "write"), await host.KeyAsync("acme"));
        Assert.True(ApiKey.TryParse(read, out _));
        (await host.SendAsync(write, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Problem(Slugs.Forbidden);
        (await host.SendAsync(admin, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        (await host.SendAsync(read, HttpMethod.Put, "/v1/indexes/shop/documents/a", """{"text":"red"}""")).Problem(Slugs.Forbidden);
        (await host.SendAsync(write, HttpMethod.Put, "/v1/indexes/shop/documents/a", """{"text":"red"}""")).Expect(HttpStatusCode.Created);
        (await host.SendAsync(read, HttpMethod.Post, "/v1/indexes/shop/search", """{"text":"red"}""")).Ok();
        (await host.GetAsync(read, "/v1/indexes/shop/documents/a")).Ok();
        (await host.GetAsync(write, "/v1/keys")).Problem(Slugs.Forbidden);
        (await host.GetAsync(admin, "/admin/v1/tenants")).Problem(Slugs.Forbidden);
        var listed = (await host.GetAsync(admin, "/v1/keys")).Ok();
        Assert.Equal(["read", "write", "admin"], listed["keys"]!.AsArray().Select(key => (string)key!["role"]!));
        Assert.All([read, write, admin], key => Assert.DoesNotContain(key[^43..], listed.ToJsonString(), StringComparison.Ordinal));
        (await host.Host.SendAsync(HttpMethod.Get, "/v1/indexes", null, ("x-api-key", read))).Ok();
    }

    [Fact]
    public async Task An_admin_makes_looks_at_and_deletes_the_keys_of_its_tenant()
    {
        await using var host = await KeyHost.StartAsync();
        var admin = await host.KeyAsync("acme");
        var made = (await host.SendAsync(admin, HttpMethod.Post, "/v1/keys", """{"name":"window","role":"read","indexes":["shop","shop"],"expiresAt":"2026-12-31T23:59:59+01:00"}""")).Expect(HttpStatusCode.Created);
        Assert.Equal("no-store", made.Headers.CacheControl!.ToString());
        Assert.Equal($"/v1/keys/{(string)made.Json["id"]!}", made.Headers.Location!.ToString());
        Assert.Equal("""["shop"]""", made.Json["indexes"]!.ToJsonString());
        Assert.Equal("2026-12-31T22:59:59+00:00", (string)made.Json["expiresAt"]!);
        var one = (await host.GetAsync(admin, made.Headers.Location.ToString())).Ok();
        Assert.Equal("window", (string)one["name"]!);
        Assert.Null(one["key"]);
        (await host.SendAsync(admin, HttpMethod.Delete, made.Headers.Location.ToString())).Expect(HttpStatusCode.NoContent);
        (await host.SendAsync(admin, HttpMethod.Delete, made.Headers.Location.ToString())).Problem(Slugs.KeyNotFound);
        (await host.GetAsync(admin, made.Headers.Location.ToString())).Problem(Slugs.KeyNotFound);
        (await host.GetAsync((string)made.Json["key"]!, "/v1/indexes")).Problem(Slugs.Unauthorized);
    }

    [Fact]
    public async Task A_key_for_some_indexes_meets_no_other()
    {
        await using var host = await KeyHost.StartAsync();
        var admin = await host.KeyAsync("acme");
        foreach (var name in (string[])["shop", "stock"])
            (await host.SendAsync(admin, HttpMethod.Post, "/v1/indexes", $$"""{"name":"{{name}}"}""")).Expect(HttpStatusCode.Created);
        var some = await host.KeyAsync("acme", "admin", ""","indexes":["shop","later"]""");
        Assert.Equal(["shop"], (await host.GetAsync(some, "/v1/indexes")).Ok()["indexes"]!.AsArray().Select(index => (string)index!["name"]!));
        (await host.GetAsync(some, "/v1/indexes/shop")).Ok();
        var hidden = await host.GetAsync(some, "/v1/indexes/stock");
        var missing = await host.GetAsync(some, "/v1/indexes/never");
        Assert.Equal((string)hidden.Problem(Slugs.IndexNotFound)["detail"]!, ((string)missing.Problem(Slugs.IndexNotFound)["detail"]!).Replace("never", "stock", StringComparison.Ordinal));
        (await host.SendAsync(some, HttpMethod.Post, "/v1/indexes/stock/search", """{"text":"red"}""")).Problem(Slugs.IndexNotFound);
        (await host.SendAsync(some, HttpMethod.Delete, "/v1/indexes/stock")).Problem(Slugs.IndexNotFound);
        (await host.SendAsync(some, HttpMethod.Post, "/v1/indexes", """{"name":"later"}""")).Problem(Slugs.Forbidden);
        (await host.SendAsync(some, HttpMethod.Post, "/v1/keys", """{"name":"more","role":"admin"}""")).Problem(Slugs.Forbidden);
        (await host.GetAsync(some, "/v1/keys")).Problem(Slugs.Forbidden);
    }

    [Theory]
    [InlineData("""{"role":"read"}""", Slugs.MalformedRequest, "/name")]
    [InlineData("""{"name":"x"}""", Slugs.MalformedRequest, "/role")]
    [InlineData("""{"name":"x","role":"operator"}""", Slugs.MalformedRequest, "/role")]
    [InlineData("""{"name":"x","role":"read","indexes":[]}""", Slugs.MalformedRequest, "/indexes")]
    [InlineData("""{"name":"x","role":"read","indexes":["../a"]}""", Slugs.InvalidName, "/indexes/0")]
    [InlineData("""{"name":"x","role":"read","indexes":"shop"}""", Slugs.MalformedRequest, "/indexes")]
    [InlineData("""{"name":"x","role":"read","expiresAt":"2020-01-01T00:00:00Z"}""", Slugs.MalformedRequest, "/expiresAt")]
    [InlineData("""{"name":"x","role":"read","expiresAt":"tomorrow"}""", Slugs.MalformedRequest, "/expiresAt")]
    [InlineData("""{"name":"x","role":"read","tenant":"globex"}""", Slugs.UnknownMember, "/tenant")]
    public async Task A_key_that_cannot_be_is_refused_with_what_is_wrong(string json, string slug, string pointer)
    {
        await using var host = await KeyHost.StartAsync();
        var admin = await host.KeyAsync("acme");
        var answer = await host.SendAsync(admin, HttpMethod.Post, "/v1/keys", json);
        answer.Problem(slug);
        Assert.Equal([pointer], answer.Pointers);
        Assert.Single((await host.GetAsync(admin, "/v1/keys")).Ok()["keys"]!.AsArray());
    }

    [Fact]
    public async Task A_key_deleted_elsewhere_is_dead_within_five_seconds_and_one_in_use_is_rarely_asked_for()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await host.KeyAsync("acme", "read");
        var tenants = host.Host.Cluster.Tenants;
        var asked = () => host.Host.Cluster.Faults.Calls.GetValueOrDefault("findKey");
        for (var i = 0; i < 10; i++)
            (await host.GetAsync(key, "/v1/models")).Ok();
        Assert.Equal(1, asked());
        Assert.True(ApiKey.TryParse(key, out var parsed));
        Assert.Null(await tenants.Ring(parsed.Ring).Remove(parsed.Id));
        (await host.GetAsync(key, "/v1/models")).Ok();
        host.Clock.Advance(KeyGrants.Longest);
        Assert.True(KeyGrants.Longest < TimeSpan.FromSeconds(5));
        (await host.GetAsync(key, "/v1/models")).Problem(Slugs.Unauthorized);
        (await host.GetAsync(key, "/v1/models")).Problem(Slugs.Unauthorized);
        Assert.Equal(2, asked());
    }

    [Fact]
    public async Task A_key_in_use_is_asked_for_anew_beside_the_requests()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await host.KeyAsync("acme", "read");
        (await host.GetAsync(key, "/v1/models")).Ok();
        var gate = host.Host.Cluster.Faults.Hold("findKey");
        host.Clock.Advance(TimeSpan.FromSeconds(3));
        // The grain does not answer, and the requests do not wait for it.
        (await host.GetAsync(key, "/v1/models")).Ok();
        (await host.GetAsync(key, "/v1/models")).Ok();
        Assert.Equal(2, host.Host.Cluster.Faults.Calls["findKey"]);
        gate.SetResult();
    }

    [Fact]
    public async Task A_key_ends_at_its_time_though_it_was_just_asked_for()
    {
        await using var host = await KeyHost.StartAsync();
        var end = host.Clock.GetUtcNow().AddSeconds(1);
        var key = await host.KeyAsync("acme", "read", $",\"expiresAt\":\"{end:O}\"");
        (await host.GetAsync(key, "/v1/models")).Ok();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        (await host.GetAsync(key, "/v1/models")).Problem(Slugs.Unauthorized);
    }

    [Fact]
    public async Task I5_Guesses_at_a_known_id_ask_nobody_and_a_flood_of_others_is_bounded()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await host.KeyAsync("acme", "read");
        (await host.GetAsync(key, "/v1/models")).Ok();
        Assert.True(ApiKey.TryParse(key, out var parsed));
        var faults = host.Host.Cluster.Faults;
        for (var i = 0; i < 20; i++)
            (await host.GetAsync(key[..^43] + ApiKey.New(parsed.Ring).Reveal()[^43..], "/v1/models")).Problem(Slugs.Unauthorized);
        Assert.Equal(1, faults.Calls["findKey"]);

        var grants = host.Host.Services.GetRequiredService<KeyGrants>();
        var refused = 0;
        for (var i = 0; i < FailedLookups.Burst + 50; i++)
        {
            var guess = ApiKey.New(ApiKey.NewRing());
            var answer = await grants.FindAsync(guess.Reveal(), guess.Hash(), CancellationToken.None);
            refused += answer.Error!.Slug == Slugs.Overloaded ? 1 : 0;
        }

        Assert.Equal(50, refused);
        Assert.Equal(1 + FailedLookups.Burst, faults.Calls["findKey"]);
        (await host.GetAsync(key, "/v1/models")).Ok();
        host.Clock.Advance(KeyGrants.Longest);
        (await host.GetAsync(key, "/v1/models")).Ok();
    }

    [Fact]
    public async Task Many_requests_with_one_key_wait_for_one_answer()
    {
        await using var host = await KeyHost.StartAsync();
        var key = await host.KeyAsync("acme", "read");
        var gate = host.Host.Cluster.Faults.Hold("findKey");
        var grants = host.Host.Services.GetRequiredService<KeyGrants>();
        Assert.True(ApiKey.TryParse(key, out var parsed));
        var waiting = Enumerable.Range(0, 16).Select(_ => grants.FindAsync(key, parsed.Hash(), CancellationToken.None).AsTask()).ToArray();
        gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), grant => Assert.True(grant.IsSuccess));
        Assert.Equal(1, host.Host.Cluster.Faults.Calls["findKey"]);
    }
}

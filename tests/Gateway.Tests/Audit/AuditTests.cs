using System.Net;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Audit;
using ClipOrleans.Gateway.Tests.Auth;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Gateway.Tests.Audit;

// Danger: nobody can say who deleted an index or made a key; or the log that says so gives keys away, or can be forged or filled by strangers.
// Invariant: each change by an admin or the operator is one line of the category ClipOrleans.Audit with who, what, tenant, index, target and status; no line of any category has a key.
// Method: a gateway with keys and a logger that keeps everything; a day's work of an operator, two tenants and a stranger.
public sealed class AuditTests
{
    /// <summary>The levels of src/Silo/appsettings.json.</summary>
    private static readonly (string, string)[] s_asTheProductLogs = [("Logging:LogLevel:Default", "Warning"), ("Logging:LogLevel:ClipOrleans", "Information")];

    [Fact]
    public async Task Each_change_says_who_did_what_to_which_tenant_index_and_key()
    {
        using var logs = new LogCapture();
        await using var host = await StartAsync(logs);
        var operatorKey = KeyHost.Operator;
        (await SendAsync(host, operatorKey, HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme"}""")).Expect(HttpStatusCode.Created);
        var made = (await SendAsync(host, operatorKey, HttpMethod.Post, "/admin/v1/tenants/acme/keys", """{"name":"a","role":"admin"}""")).Expect(HttpStatusCode.Created).Json;
        var (key, id) = ((string)made["key"]!, (string)made["id"]!);
        (await SendAsync(host, key, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Created);
        (await SendAsync(host, key, HttpMethod.Post, "/v1/indexes", """{"name":"shop"}""")).Expect(HttpStatusCode.Conflict);
        var second = (string)(await SendAsync(host, key, HttpMethod.Post, "/v1/keys", """{"name":"b","role":"read"}""")).Expect(HttpStatusCode.Created).Json["id"]!;
        (await SendAsync(host, key, HttpMethod.Post, "/v1/indexes/shop/documents/delete", """{"ids":["x"]}""")).Ok();
        (await SendAsync(host, key, HttpMethod.Get, "/v1/indexes")).Ok();
        (await SendAsync(host, key, HttpMethod.Put, "/v1/indexes/shop/documents/x", """{"text":"red"}""")).Expect(HttpStatusCode.Created);
        (await SendAsync(host, key, HttpMethod.Delete, $"/v1/keys/{second}")).Expect(HttpStatusCode.NoContent);
        (await SendAsync(host, key, HttpMethod.Delete, "/v1/indexes/shop")).Expect(HttpStatusCode.NoContent);
        Assert.Equal(
            [
                "Done operator createTenant acme - acme 201",
                $"Done operator createTenantKey acme - {id} 201",
                $"Done {id} createIndex acme - shop 201",
                $"NotDone {id} createIndex acme - - 409",
                $"Done {id} createKey acme - {second} 201",
                $"Done {id} deleteDocuments acme shop - 200",
                $"Done {id} deleteKey acme - {second} 204",
                $"Done {id} deleteIndex acme shop - 204",
            ],
            Audit(logs));
        Assert.All(logs.Of(AuditLog.Category), line => Assert.Equal("127.0.0.1", line.Values["Address"]));
        Assert.All(logs.Of(AuditLog.Category), line => Assert.True(line.Values["TraceId"].Length > 8));
        AssertNone(logs, key, operatorKey);
    }

    [Fact]
    public async Task Who_is_turned_away_is_told_without_a_word_of_what_he_showed()
    {
        using var logs = new LogCapture();
        await using var host = await StartAsync(logs);
        var stranger = ApiKey.New(ApiKey.NewRing()).Reveal();
        (await SendAsync(host, stranger, HttpMethod.Delete, "/v1/indexes/shop")).Expect(HttpStatusCode.Unauthorized);
        (await SendAsync(host, KeyHost.Operator, HttpMethod.Delete, "/v1/indexes/shop")).Expect(HttpStatusCode.Forbidden);
        (await SendAsync(host, stranger, HttpMethod.Delete, $"/v1/keys/{stranger}")).Expect(HttpStatusCode.Unauthorized);
        (await SendAsync(host, stranger, HttpMethod.Delete, "/v1/indexes/shop%0ADone%20operator")).Expect(HttpStatusCode.Unauthorized);
        (await SendAsync(host, KeyHost.Operator, HttpMethod.Delete, $"/admin/v1/tenants/default/keys/{KeyHost.Operator}")).Expect(HttpStatusCode.NotFound);
        Assert.Equal(
            [
                "NotDone nobody deleteIndex - shop - 401",
                "NotDone operator deleteIndex - shop - 403",
                "NotDone nobody deleteKey - - - 401",
                "NotDone nobody deleteIndex - - - 401",
                "NotDone operator deleteTenantKey default - - 404",
            ],
            Audit(logs));
        AssertNone(logs, stranger, KeyHost.Operator);
    }

    [Fact]
    public async Task A_flood_of_strangers_does_not_flood_the_log_and_hides_no_change()
    {
        using var logs = new LogCapture();
        var clock = new ManualClock();
        await using var host = await StartAsync(logs, clock);
        for (var i = 0; i < 200; i++)
            (await SendAsync(host, "wrong", HttpMethod.Get, "/v1/indexes")).Expect(HttpStatusCode.Unauthorized);
        (await SendAsync(host, KeyHost.Operator, HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme"}""")).Expect(HttpStatusCode.Created);
        Assert.Equal(21, logs.Of(AuditLog.Category).Count);
        Assert.Equal("Done operator createTenant acme - acme 201", Audit(logs)[^1]);
        clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(host, "wrong", HttpMethod.Get, "/v1/indexes");
        Assert.Equal("180", Assert.Single(logs.Of(AuditLog.Category), line => line.Event == "MoreRefused").Values["Count"]);
    }

    [Fact]
    public async Task In_open_mode_changes_are_told_too()
    {
        using var logs = new LogCapture();
        await using var host = await GatewayHost.StartAsync(services => services.AddSingleton<ILoggerProvider>(logs), s_asTheProductLogs);
        await host.CreateIndexAsync();
        Assert.Equal(["Done open createIndex default - shop 201"], Audit(logs));
    }

    private static Task<GatewayHost> StartAsync(LogCapture logs, TimeProvider? clock = null) => GatewayHost.StartAsync(
        services =>
        {
            services.AddSingleton<ILoggerProvider>(logs);
            if (clock is not null)
                services.AddSingleton(clock);
        },
        [("Auth:Mode", "keys"), ("Auth:OperatorKey", KeyHost.Operator), .. s_asTheProductLogs]);

    private static Task<Answer> SendAsync(GatewayHost host, string key, HttpMethod method, string path, string? json = null) =>
        host.SendAsync(method, path, json is null ? null : GatewayHost.Json(json), ("x-api-key", key));

    private static List<string> Audit(LogCapture logs) =>
        [.. logs.Of(AuditLog.Category).Select(line => line.Event + string.Concat(new[] { "Actor", "Action", "Tenant", "Index", "Target", "Status" }.Select(name => $" {line.Values[name]}")))];

    /// <summary>Neither a key nor the secret part of one, in any line.</summary>
    private static void AssertNone(LogCapture logs, params string[] keys)
    {
        Assert.NotEmpty(logs.Lines);
        foreach (var secret in keys.SelectMany(key => (string[])[key, key.Split('_')[^1]]))
            Assert.DoesNotContain(logs.Lines, line => line.Text.Contains(secret, StringComparison.Ordinal) || line.Values.Values.Any(value => value.Contains(secret, StringComparison.Ordinal)));
    }
}

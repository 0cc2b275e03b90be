using System.Net;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Auth;

/// <summary>A gateway that asks for keys, and the keys that tests show.</summary>
internal sealed class KeyHost : IAsyncDisposable
{
    public const string Operator = "the-key-of-the-operator";

    private KeyHost(GatewayHost host, ManualClock clock)
    {
        Host = host;
        Clock = clock;
    }

    public GatewayHost Host { get; }

    public ManualClock Clock { get; }

    public static async Task<KeyHost> StartAsync()
    {
        var clock = new ManualClock();
        return new KeyHost(await GatewayHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock), ("Auth:Mode", "keys"), ("Auth:OperatorKey", Operator)), clock);
    }

    /// <summary>A key of a tenant, which is created if it is not there.</summary>
    public async Task<string> KeyAsync(string tenant, string role = "admin", string more = "")
    {
        await OperatorAsync(HttpMethod.Post, "/admin/v1/tenants", $$"""{"id":"{{tenant}}"}""");
        var made = await OperatorAsync(HttpMethod.Post, $"/admin/v1/tenants/{tenant}/keys", $$"""{"name":"test","role":"{{role}}"{{more}}}""");
        return (string)made.Expect(HttpStatusCode.Created).Json["key"]!;
    }

    public Task<Answer> OperatorAsync(HttpMethod method, string path, string? json = null) => SendAsync(Operator, method, path, json);

    public Task<Answer> GetAsync(string key, string path) => SendAsync(key, HttpMethod.Get, path);

    public Task<Answer> SendAsync(string key, HttpMethod method, string path, string? json = null) =>
        Host.SendAsync(method, path, json is null ? null : GatewayHost.Json(json), ("Authorization", $"Bearer {key}"));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

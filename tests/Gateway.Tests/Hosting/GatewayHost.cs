using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Gateway.Tests.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Gateway.Tests.Hosting;

/// <summary>The gateway on a real socket in front of a cluster in memory.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, FakeCluster cluster)
    {
        _app = app;
        Cluster = cluster;
        Address = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public FakeCluster Cluster { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static Task<GatewayHost> StartAsync(params IEnumerable<(string Key, string Value)> settings) => StartAsync(_ => { }, settings);

    /// <param name="configure">Replaces services, before the gateway adds its own.</param>
    /// <param name="settings">What is configured.</param>
    public static async Task<GatewayHost> StartAsync(Action<IServiceCollection> configure, params IEnumerable<(string Key, string Value)> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var cluster = new FakeCluster();
        builder.Services.AddSingleton<IGrainFactory>(cluster);
        configure(builder.Services);
        builder.Services.AddClipOrleansGateway(builder.Configuration);
        var app = builder.Build();
        app.MapClipOrleansGateway();
        await app.StartAsync();
        return new GatewayHost(app, cluster);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, Json(json));

    public Task<Answer> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, Json(json));

    public Task<Answer> PatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, Json(json));

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    /// <summary>An index of the toy model with a field of each type.</summary>
    public async Task CreateIndexAsync(string name = "shop", string more = "")
    {
        const string Fields = """[{"name":"colour","type":"keyword"},{"name":"price","type":"number"},{"name":"new","type":"boolean"},{"name":"made","type":"datetime"},{"name":"tags","type":"keyword[]"},{"name":"place","type":"geo"}]""";
        (await PostAsync("/v1/indexes", $$"""{"name":"{{name}}","fields":{{Fields}}{{more}}}""")).Expect(HttpStatusCode.Created);
    }

    public static HttpContent Json(string json) => Bytes(Encoding.UTF8.GetBytes(json), "application/json");

    public static HttpContent Bytes(byte[] bytes, string contentType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Cluster.Faults.Clear();
        await _app.DisposeAsync();
    }
}

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? MediaType => ContentHeaders.ContentType?.MediaType;

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public static async Task<Answer> OfAsync(HttpResponseMessage response) =>
        new(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());

    public Answer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Text}");
        return this;
    }

    public JsonObject Ok() => Expect(HttpStatusCode.OK).Json;

    /// <summary>Checks that this is a whole problem of that kind.</summary>
    public JsonObject Problem(string slug)
    {
        Assert.True(MediaType == "application/problem+json", $"{(int)Status} {MediaType}: {Text}");
        var problem = Json;
        Assert.Equal($"urn:cliporleans:error:{slug}", (string?)problem["type"]);
        Assert.Equal((int)Status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.NotEmpty((string)problem["traceId"]!);
        return problem;
    }

    /// <summary>The pointers at fault.</summary>
    public IReadOnlyList<string> Pointers => [.. (Json["errors"]?.AsObject() ?? []).Select(error => error.Key)];
}

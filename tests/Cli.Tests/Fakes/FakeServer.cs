using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Cli.Tests.Fakes;

/// <summary>
/// A server on a real socket that keeps documents in a dictionary and speaks the contract's shapes. A script decides, request by
/// request, what goes wrong.
/// </summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly ConcurrentQueue<JsonObject> _bodies = new();
    private int _underWay;
    private int _mostUnderWay;

    private FakeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Index name → its JSON description.</summary>
    public ConcurrentDictionary<string, JsonObject> Indexes { get; } = new();

    /// <summary>Document id → the document as it was sent last.</summary>
    public ConcurrentDictionary<string, JsonObject> Documents { get; } = new();

    /// <summary>Why a document is refused, or null.</summary>
    public Func<JsonObject, JsonObject?> Refuse { get; set; } = _ => null;

    /// <summary>Runs before an upsert is answered: tests hold requests with it.</summary>
    public Func<Task> BeforeUpsert { get; set; } = () => Task.CompletedTask;

    /// <summary>JSON bodies in the order they came.</summary>
    public IReadOnlyCollection<JsonObject> Bodies => _bodies;

    public ConcurrentQueue<string> Requests { get; } = new();

    public int MostUnderWay => _mostUnderWay;

    public static async Task<FakeServer> StartAsync()
    {
        var server = new FakeServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public FakeServer WithIndex(string name, params (string Name, string Type)[] fields)
    {
        Indexes[name] = Description(new JsonObject
        {
            ["name"] = name,
            ["fields"] = new JsonArray([.. fields.Select(field => new JsonObject { ["name"] = field.Name, ["type"] = field.Type })]),
        });
        return this;
    }

    /// <summary>The next request is answered by this.</summary>
    public FakeServer Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public FakeServer ThenBusy(int status, string? retryAfter = null) => Then(context =>
    {
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return AnswerAsync(context, status, Problem(status, "overloaded", "Try again."));
    });

    public FakeServer ThenHangUp() => Then(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    public static JsonObject Problem(int status, string slug, string detail) => new()
    {
        ["type"] = $"urn:cliporleans:error:{slug}",
        ["title"] = slug.Replace('-', ' '),
        ["status"] = status,
        ["detail"] = detail,
        ["traceId"] = "t1",
    };

    public static async Task AnswerAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        if (_script.TryDequeue(out var scripted))
        {
            await scripted(context);
            return;
        }
        var parts = context.Request.Path.Value!.Trim('/').Split('/');
        await (parts switch
        {
            ["health", _] => AnswerAsync(context, 200, new JsonObject()),
            ["v1", "indexes"] => CollectionAsync(context),
            ["v1", "indexes", var name] => OneAsync(context, name),
            ["v1", "indexes", _, "documents"] => UpsertAsync(context),
            _ => AnswerAsync(context, 404, Problem(404, "route-not-found", "No such path.")),
        });
    }

    private async Task CollectionAsync(HttpContext context)
    {
        if (context.Request.Method == "GET")
        {
            await AnswerAsync(context, 200, new JsonObject { ["indexes"] = new JsonArray([.. Indexes.Values.Select(one => one.DeepClone())]) });
            return;
        }
        var wanted = await BodyAsync(context);
        var name = wanted["name"]!.GetValue<string>();
        Indexes[name] = Description(wanted);
        await AnswerAsync(context, 201, Indexes[name].DeepClone());
    }

    private Task OneAsync(HttpContext context, string name)
    {
        if (!Indexes.TryGetValue(name, out var index))
            return AnswerAsync(context, 404, Problem(404, "index-not-found", $"There is no index {name}."));
        if (context.Request.Method != "DELETE")
            return AnswerAsync(context, 200, index.DeepClone());
        Indexes.TryRemove(name, out _);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task UpsertAsync(HttpContext context)
    {
        var body = await BodyAsync(context);
        InterlockedMax(ref _mostUnderWay, Interlocked.Increment(ref _underWay));
        await BeforeUpsert();
        var results = new JsonArray([.. body["documents"]!.AsArray().Select(document => Store(document!.AsObject()))]);
        Interlocked.Decrement(ref _underWay);
        var failed = results.Count(result => result!["status"]!.GetValue<string>() == "failed");
        await AnswerAsync(context, 200, new JsonObject { ["results"] = results, ["succeeded"] = results.Count - failed, ["failed"] = failed });
    }

    private JsonObject Store(JsonObject document)
    {
        var id = document["id"]?.GetValue<string>() ?? "made-by-the-server";
        if (Refuse(document) is { } problem)
            return new JsonObject { ["id"] = id, ["status"] = "failed", ["error"] = problem };
        var status = Documents.ContainsKey(id) ? "updated" : "created";
        Documents[id] = document.DeepClone().AsObject();
        return new JsonObject { ["id"] = id, ["status"] = status };
    }

    private async Task<JsonObject> BodyAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        _bodies.Enqueue(body);
        return body;
    }

    private static JsonObject Description(JsonObject wanted) => new()
    {
        ["name"] = wanted["name"]!.DeepClone(),
        ["model"] = wanted["model"]?.DeepClone() ?? "tiny",
        ["dimensions"] = 4,
        ["fields"] = wanted["fields"]?.DeepClone() ?? new JsonArray(),
        ["targetRecall"] = 0.95,
        ["quantization"] = "int8",
        ["keepImages"] = "thumbnail",
        ["status"] = "ready",
        ["documents"] = 3,
        ["bytesOnDisk"] = 2048,
        ["bytesInMemory"] = 4096,
        ["memory"] = new JsonObject { ["vectors"] = 1024, ["codes"] = 2048, ["other"] = 1024, ["mapped"] = 8192 },
        ["shards"] = new JsonArray(),
        ["createdAt"] = "2026-05-01T12:00:00Z",
    };

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}

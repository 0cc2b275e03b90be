using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace ClipOrleans.Cli.Tests.Keys;

// Danger: a key that is made and lost, or that lies where others read it.
// Invariant: a key is told once, alone on standard output or in a file for its owner that was not there; lists never hold one.
// Method: whole runs of the command against a server on a real socket.
public sealed class KeyCommandTests : IAsyncLifetime
{
    private const string Key = "clip_made";

    private readonly TestFolder _folder = new();
    private readonly List<JsonObject> _bodies = [];
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_key_is_alone_on_standard_output_and_made_as_it_was_asked_for()
    {
        _server.Then(MakeAsync);
        var run = await ClipRun.Of(_server.Address, "key", "create", "shop window", "--role", "read", "--index", "shop", "--index", "attic", "--expires", "2027-01-01");
        Assert.Equal((ExitCodes.Ok, Key), (run.ExitCode, run.Raw.TrimEnd()));
        Assert.DoesNotContain(Key, run.Out + run.Error, StringComparison.Ordinal);
        Assert.Equal(["POST /v1/keys"], _server.Requests);
        Assert.Equal("""{"name":"shop window","role":"read","indexes":["shop","attic"],"expiresAt":"2027-01-01T00:00:00+00:00"}""", _bodies.Single().ToJsonString(System.Text.Json.JsonSerializerOptions.Web).Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_goes_into_a_file_for_its_owner_that_was_not_there()
    {
        var file = _folder.At("acme.key");
        _server.Then(MakeAsync);
        var run = await ClipRun.Of(_server.Address, "key", "create", "first", "--role", "admin", "--tenant", "acme", "--out", file);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.DoesNotContain(Key, run.Out + run.Error + run.Raw, StringComparison.Ordinal);
        Assert.Equal(Key + Environment.NewLine, await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(["POST /admin/v1/tenants/acme/keys"], _server.Requests);
        // A second one is not even made: it could be put nowhere.
        Assert.Equal(ExitCodes.Failed, (await ClipRun.Of(_server.Address, "key", "create", "first", "--role", "admin", "--out", file)).ExitCode);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_refusal_leaves_no_file()
    {
        var file = _folder.At("acme.key");
        _server.ThenBusy(403);
        Assert.Equal(ExitCodes.Failed, (await ClipRun.Of(_server.Address, "key", "create", "first", "--role", "admin", "--out", file)).ExitCode);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Rotating_makes_a_key_that_may_do_the_same_and_leaves_the_former_until_it_is_revoked()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 200, Description("former"))).Then(MakeAsync);
        var run = await ClipRun.Of(_server.Address, "key", "rotate", "former", "--tenant", "acme");
        Assert.Equal((ExitCodes.Ok, Key), (run.ExitCode, run.Raw.TrimEnd()));
        Assert.Contains("clip key revoke former --tenant acme", run.Error, StringComparison.Ordinal);
        Assert.Equal(["GET /admin/v1/tenants/acme/keys/former", "POST /admin/v1/tenants/acme/keys"], _server.Requests);
        Assert.Equal("""{"name":"shop window","role":"write","indexes":["shop"]}""", _bodies.Single().ToJsonString());
        _server.Then(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        Assert.Equal(ExitCodes.Ok, (await ClipRun.Of(_server.Address, "key", "revoke", "former", "--tenant", "acme")).ExitCode);
        Assert.Equal("DELETE /admin/v1/tenants/acme/keys/former", _server.Requests.Last());
    }

    [Fact]
    public async Task A_list_shows_each_key_on_a_line()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 200, new JsonObject { ["keys"] = new JsonArray(Description("one")) }));
        var run = await ClipRun.Of(_server.Address, "key", "list");
        var line = Assert.Single(run.Out.Split('\n'), line => line.Contains("one", StringComparison.Ordinal));
        Assert.All(["shop window", "write", "shop", "2026-03-01 12:00:00Z", "never"], cell => Assert.Contains(cell, line, StringComparison.Ordinal));
    }

    private async Task MakeAsync(HttpContext context)
    {
        _bodies.Add((await JsonNode.ParseAsync(context.Request.Body))!.AsObject());
        var made = Description("k1");
        made["key"] = Key;
        await FakeServer.AnswerAsync(context, 201, made);
    }

    private static JsonObject Description(string id) => new()
    {
        ["id"] = id,
        ["name"] = "shop window",
        ["role"] = "write",
        ["indexes"] = new JsonArray("shop"),
        ["createdAt"] = "2026-03-01T12:00:00+00:00",
    };
}

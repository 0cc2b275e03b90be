using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Tenants;

// Danger: a customer deleted by a slip, or a limit that never reaches the server.
// Invariant: options become quotas; a list is whole however many pages it has; nothing is deleted without a yes.
// Method: whole runs of the command against a server on a real socket.
public sealed class TenantCommandTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Options_become_quotas()
    {
        JsonNode? sent = null;
        _server.Then(async context =>
        {
            sent = await JsonNode.ParseAsync(context.Request.Body);
            await FakeServer.AnswerAsync(context, 201, Tenant());
        });
        var run = await ClipRun.Of(
            _server.Address, "tenant", "create", "acme", "--max-indexes", "3", "--max-documents", "5000000000", "--max-bytes", "6000000000", "--requests-per-minute", "60", "--encodes-per-minute", "30");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal(["POST /admin/v1/tenants"], _server.Requests);
        Assert.Equal("""{"id":"acme","quotas":{"maxIndexes":3,"maxDocuments":5000000000,"maxBytes":6000000000,"requestsPerMinute":60,"encodesPerMinute":30}}""", sent!.ToJsonString());
        Assert.Contains("--tenant acme", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_goes_through_all_pages()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 200, Page("c+1", "a", "b"))).Then(context => FakeServer.AnswerAsync(context, 200, Page(null, "c")));
        var run = await ClipRun.Of(_server.Address, "tenant", "list");
        Assert.Equal(["a", "b", "c"], run.Raw.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["GET /admin/v1/tenants", "GET /admin/v1/tenants?cursor=c%2B1"], _server.Requests);
    }

    [Fact]
    public async Task One_tenant_shows_what_it_may_use()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 200, Tenant()));
        var shown = (await ClipRun.Of(_server.Address, "tenant", "show", "acme")).Out;
        Assert.All(["acme", "live", "2, at most 3", "at most what there is"], words => Assert.Contains(words, shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_deleted_without_a_yes()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 200, Tenant()));
        Assert.Equal(ExitCodes.Usage, (await ClipRun.Of(_server.Address, "tenant", "delete", "acme")).ExitCode);
        Assert.Equal(["GET /admin/v1/tenants/acme"], _server.Requests);
        _server.Then(context => FakeServer.AnswerAsync(context, 200, Tenant())).Then(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        Assert.Equal(ExitCodes.Ok, (await ClipRun.Of(_server.Address, "tenant", "delete", "acme", "--yes")).ExitCode);
        Assert.Equal("DELETE /admin/v1/tenants/acme", _server.Requests.Last());
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_is_told_with_what_to_do()
    {
        _server.Then(context => FakeServer.AnswerAsync(context, 404, FakeServer.Problem(404, "tenant-not-found", "There is no tenant.")));
        Assert.Contains("clip tenant list", (await ClipRun.Of(_server.Address, "tenant", "show", "gone")).Error, StringComparison.Ordinal);
    }

    private static JsonObject Tenant() => new()
    {
        ["id"] = "acme",
        ["status"] = "live",
        ["createdAt"] = "2026-03-01T12:00:00+00:00",
        ["quotas"] = new JsonObject { ["maxIndexes"] = 3 },
        ["indexes"] = 2,
    };

    private static JsonObject Page(string? cursor, params string[] ids)
    {
        var page = new JsonObject { ["tenants"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = id, ["createdAt"] = "2026-03-01T12:00:00+00:00" })]) };
        if (cursor is not null)
            page["cursor"] = cursor;
        return page;
    }
}

using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Indexes;

// Danger: an index deleted by a slip cannot be brought back.
// Invariant: create, list and show tell the server's facts; nothing is deleted without a yes.
// Method: whole runs of the command against a server on a real socket.
public sealed class IndexCommandTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = (await FakeServer.StartAsync()).WithIndex("shop", ("price", "number"), ("tags", "keyword[]"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Options_become_the_definition()
    {
        var run = await ClipRun.Of(
            _server.Address, "index", "create", "new", "--model", "none", "--dimensions", "4", "--field", "a:b:geo", "--field", "n:number",
            "--shards", "3", "--target-recall", "0.9", "--quantization", "int8", "--keep-images", "none");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal(
            """{"name":"new","model":"none","dimensions":4,"fields":[{"name":"a:b","type":"geo"},{"name":"n","type":"number"}],"shards":3,"targetRecall":0.9,"quantization":"int8","keepImages":"none"}""",
            Assert.Single(_server.Bodies).ToJsonString());
    }

    [Fact]
    public async Task A_list_shows_each_index_on_a_line()
    {
        var run = await ClipRun.Of(_server.Address, "index", "list");
        var line = Assert.Single(run.Out.Split('\n'), line => line.Contains("shop", StringComparison.Ordinal));
        Assert.All(["tiny", "4", "3", "2 KiB", "4 KiB", "ready"], cell => Assert.Contains(cell, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_index_shows_its_fields_with_types() =>
        Assert.Contains("price:number, tags:keyword[]", (await ClipRun.Of(_server.Address, "index", "show", "shop")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task One_index_shows_how_vectors_are_coded_and_where_they_lie()
    {
        var shown = (await ClipRun.Of(_server.Address, "index", "show", "shop")).Out;
        Assert.All(["int8", "4 KiB: vectors 1 KiB, codes 2 KiB, other 1 KiB; mapped 8 KiB"], words => Assert.Contains(words, shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_index_shows_what_it_measured_of_its_promise()
    {
        _server.Indexes["shop"]["recall"] = JsonNode.Parse("""{"target":0.95,"measured":[{"selectivity":"1-10%","recall":0.9634,"low":0.9506,"high":0.973,"queries":1211,"effort":0.75}]}""");
        _server.Indexes["shop"]["shards"] = JsonNode.Parse("""[{"shard":0,"state":"ready","codes":"training","documents":3},{"shard":1,"state":"loading","documents":0}]""");
        var lines = (await ClipRun.Of(_server.Address, "index", "show", "shop")).Out.Split('\n');
        var band = Assert.Single(lines, line => line.Contains("1-10%", StringComparison.Ordinal));
        Assert.All(["0.963", "0.951 to 0.973", "1,211", "0.75"], cell => Assert.Contains(cell, band, StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("ready", StringComparison.Ordinal) && line.Contains("training", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("loading", StringComparison.Ordinal) && line.Contains('…', StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_still_loading_is_not_shown_as_empty()
    {
        _server.Indexes["shop"]["status"] = "loading";
        _server.Indexes["shop"]["documents"] = 77;
        Assert.DoesNotContain("77", (await ClipRun.Of(_server.Address, "index", "list")).Out, StringComparison.Ordinal);
        Assert.Contains("with … documents", (await ClipRun.Of(_server.Address, "index", "delete", "shop", "-y")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_deleted_without_a_yes()
    {
        Assert.Equal(ExitCodes.Usage, (await ClipRun.Of(_server.Address, "index", "delete", "shop")).ExitCode);
        Assert.Contains("shop", _server.Indexes.Keys);
        Assert.Equal(ExitCodes.Ok, (await ClipRun.Of(_server.Address, "index", "delete", "shop", "--yes")).ExitCode);
        Assert.DoesNotContain("shop", _server.Indexes.Keys);
    }
}

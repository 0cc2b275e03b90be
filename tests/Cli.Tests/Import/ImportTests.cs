using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Import;

// Danger: an import that is stopped, refused in part or meets a busy server loses rows without a word.
// Invariant: after the last run every row is either acknowledged or in the file of failed rows with its reason; a row that was
// acknowledged is not sent again.
// Method: whole runs of the command against a server on a real socket that fails by script.
public sealed class ImportTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private FakeServer _server = null!;

    public async ValueTask InitializeAsync() => _server = (await FakeServer.StartAsync()).WithIndex("shop", ("price", "number"));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_row_arrives_with_its_types_and_nothing_is_left_behind()
    {
        var run = await Import(Table(100), "--batch", "7");
        Assert.Equal((ExitCodes.Ok, 100), (run.ExitCode, _server.Documents.Count));
        Assert.Equal("""{"price":42.5,"title":"t42"}""", _server.Documents["42"]["metadata"]!.ToJsonString());
        Assert.Contains("Stored 100 documents (100 new, 0 replaced)", run.Out, StringComparison.Ordinal);
        Assert.Equal(["rows.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Refused_rows_are_told_with_number_id_and_reason_and_tried_again_by_the_next_run()
    {
        _server.Refuse = document => document["id"]!.GetValue<string>() is "3" or "9" ? FakeServer.Problem(422, "image-undecodable", "Not an image.") : null;
        var run = await Import(Table(20, "11,none,t\n"));
        Assert.Equal((ExitCodes.Failed, 18), (run.ExitCode, _server.Documents.Count));
        Assert.Equal([(3, "3", "image-undecodable"), (9, "9", "image-undecodable"), (21, "11", null)], Failed().Order());
        Assert.Contains("3 rows failed", run.Error, StringComparison.Ordinal);

        _server.Refuse = _ => null;
        var sentBefore = _server.Bodies.Count;
        var again = await Import(Path.Combine(_folder.Path, "rows.csv"));
        Assert.Contains("18 of 21 rows are in the index already", again.Out, StringComparison.Ordinal);
        Assert.Equal(["3", "9"], Sent(sentBefore).Order());
        Assert.Equal([(21, "11", null)], Failed());
    }

    [Fact]
    public async Task A_stopped_import_continues_and_sends_no_acknowledged_row_again()
    {
        var answered = 0;
        var path = Table(60);
        _server.BeforeUpsert = () => Interlocked.Increment(ref answered) <= 3 ? Task.CompletedTask : throw new InvalidOperationException("no answer");
        _server.Then(Pass); // index description
        var stopped = await Import(path, "--batch", "10", "--parallel", "1", "--retry-for", "0s", "--state", _folder.At("state.json"));
        Assert.Equal(ExitCodes.Failed, stopped.ExitCode);

        _server.BeforeUpsert = () => Task.CompletedTask;
        var sentBefore = _server.Bodies.Count;
        var again = await Import(path, "--batch", "10", "--state", _folder.At("state.json"));
        Assert.Equal((ExitCodes.Ok, 60), (again.ExitCode, _server.Documents.Count));
        Assert.Equal(30, Sent(sentBefore).Count);
        Assert.False(File.Exists(_folder.At("state.json")));
    }

    [Fact]
    public async Task An_index_created_anew_begins_anew()
    {
        _server.Refuse = document => document["id"]!.GetValue<string>() == "1" ? FakeServer.Problem(422, "x", "no") : null;
        var path = Table(10);
        await Import(path);
        _server.Documents.Clear();
        _server.Indexes["shop"]["createdAt"] = "2026-06-01T00:00:00Z";
        _server.Refuse = _ => null;
        var again = await Import(path);
        Assert.Contains("created anew", again.Out, StringComparison.Ordinal);
        Assert.Equal(10, _server.Documents.Count);
    }

    [Fact]
    public async Task A_request_refused_whole_is_halved_until_only_the_bad_row_is_left()
    {
        _server.BeforeUpsert = () => Task.CompletedTask;
        var path = Table(16);
        _server.Then(Pass);
        for (var i = 0; i < 4; i++) // 16 → 8 → 4 → 2 → 1, each time the first half
            _server.Then(context => FakeServer.AnswerAsync(context, 413, FakeServer.Problem(413, "body-too-large", "Too large.")));
        _server.Then(context => FakeServer.AnswerAsync(context, 413, FakeServer.Problem(413, "image-too-large", "Too large.")));
        var run = await Import(path);
        Assert.Equal((ExitCodes.Failed, 15), (run.ExitCode, _server.Documents.Count));
        Assert.Equal([(1, "1", "image-too-large")], Failed());
    }

    [Fact]
    public async Task Rows_that_the_server_was_too_busy_for_are_sent_again()
    {
        var refusals = 5;
        _server.Refuse = _ => Interlocked.Decrement(ref refusals) >= 0 ? FakeServer.Problem(503, "overloaded", "Later.") : null;
        var run = await Import(Table(12));
        Assert.Equal((ExitCodes.Ok, 12), (run.ExitCode, _server.Documents.Count));
    }

    [Fact]
    public async Task A_connection_that_breaks_and_a_server_that_loads_are_survived()
    {
        _server.Then(Pass).ThenHangUp().ThenBusy(503, "0").ThenHangUp();
        var run = await Import(Table(40), "--batch", "10");
        Assert.Equal((ExitCodes.Ok, 40), (run.ExitCode, _server.Documents.Count));
    }

    [Fact]
    public async Task No_index_is_made_unless_it_was_asked_for()
    {
        var path = Table(3);
        var refused = await ClipRun.Of(_server.Address, "import", "new", path, "--text-column", "title");
        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.Contains("--create", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("new", _server.Indexes.Keys);

        var made = await ClipRun.Of(_server.Address, "import", "new", path, "--text-column", "title", "--map", "price=cost:number", "--map", "title=title", "--create");
        Assert.Equal(ExitCodes.Ok, made.ExitCode);
        Assert.Equal("""[{"name":"cost","type":"number"}]""", _server.Indexes["new"]["fields"]!.ToJsonString());
        Assert.Equal("""{"cost":1.5,"title":"t1"}""", _server.Documents["1"]["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task A_type_that_the_index_declares_otherwise_stops_before_the_first_row()
    {
        var run = await Import(Table(3), "--map", "price=price:keyword");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("declares price as number", run.Error, StringComparison.Ordinal);
        Assert.Empty(_server.Documents);
    }

    private static Task Pass(Microsoft.AspNetCore.Http.HttpContext context) => FakeServer.AnswerAsync(context, 200, JsonNode.Parse("""
        {"name":"shop","model":"tiny","dimensions":4,"fields":[{"name":"price","type":"number"}],"createdAt":"2026-05-01T12:00:00Z"}
        """)!);

    private Task<ClipRun> Import(string path, params string[] options) =>
        ClipRun.Of(_server.Address, ["import", "shop", path, "--text-column", "title", "--map", "price=price", "--map", "title=title", .. options]);

    private string Table(int rows, string more = "")
    {
        var text = new StringBuilder("id,price,title\n");
        for (var i = 1; i <= rows; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i},{i}.5,t{i}\n");
        return _folder.File("rows.csv", text.Append(more).ToString());
    }

    private List<(int Row, string? Id, string? Slug)> Failed() =>
        [.. File.ReadLines(_folder.At("rows.csv.failed.ndjson")).Select(line => JsonNode.Parse(line)!).Select(line =>
            (line["row"]!.GetValue<int>(), line["id"]?.GetValue<string>(), line["problem"]!["type"]?.GetValue<string>().Split(':')[^1]))];

    private List<string> Sent(int skip) =>
        [.. _server.Bodies.Skip(skip).SelectMany(body => body["documents"]!.AsArray()).Select(document => document!["id"]!.GetValue<string>())];
}

using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Search;
using ClipOrleans.Cli.Tests.Fakes;
using ClipOrleans.Client.Search;
using Spectre.Console.Testing;

namespace ClipOrleans.Cli.Tests.Search;

// Danger: a table that breaks on a bracket in a title, or lets stored metadata steer the terminal.
// Invariant: every hit is one row with rank, score, id and metadata as text; --json is the server's answer, byte for byte.
// Method: tables on a console of the test, and whole runs against a scripted server.
public sealed class SearchCommandTests
{
    private const string Answer = """{"queryId":"q","hits":[{"id":"a","score":0.5,"metadata":{"title":"[red] shoe"}}],"total":7,"unknown":[1]}""";

    [Fact]
    public async Task Json_is_the_servers_answer()
    {
        await using var server = (await FakeServer.StartAsync()).Then(context => FakeServer.AnswerAsync(context, 200, JsonNode.Parse(Answer)!));
        Assert.Equal(Answer, (await ClipRun.Of(server.Address, "search", "shop", "red shoe", "--json")).Raw.TrimEnd());
    }

    [Fact]
    public async Task A_table_names_rank_score_id_and_what_the_metadata_says()
    {
        await using var server = (await FakeServer.StartAsync()).Then(context => FakeServer.AnswerAsync(context, 200, JsonNode.Parse(Answer)!));
        var run = await ClipRun.Of(server.Address, "search", "shop", "red shoe", "--offset", "10");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains(run.Out.Split('\n'), line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["11", "0.500", "a", "[red]", "shoe"]);
        Assert.Contains("7 documents match", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"red shoe","topK":10}""", "red shoe")]
    [InlineData("""{"id":"a","topK":3,"offset":2,"minScore":0.25}""", "--id", "a", "--top", "3", "--offset", "2", "--min-score", "0.25")]
    [InlineData("""{"filter":{"price":{"$lt":5}},"topK":10,"exact":true,"facets":["colour"],"explain":true}""", "--filter", """{"price":{"$lt":5}}""", "--exact", "--facet", "colour", "--explain")]
    [InlineData("""{"imageUrl":"https://example.com/a.png","topK":10}""", "--image", "https://example.com/a.png")]
    public async Task Options_become_exactly_the_members_of_the_request(string expected, params string[] options)
    {
        await using var server = await FakeServer.StartAsync();
        var sent = new TaskCompletionSource<JsonNode?>();
        server.Then(async context =>
        {
            sent.SetResult(await JsonNode.ParseAsync(context.Request.Body));
            await FakeServer.AnswerAsync(context, 200, JsonNode.Parse(Answer)!);
        });
        var run = await ClipRun.Of(server.Address, ["search", "shop", .. options]);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), await sent.Task), (await sent.Task)!.ToJsonString());
    }

    [Fact]
    public async Task Files_are_read_here_and_sent_as_what_they_hold()
    {
        using var folder = new TestFolder();
        await using var server = (await FakeServer.StartAsync())
            .Then(context => AnswerToAsync(context, """{"imageBase64":"cGl4ZWxz","topK":10}"""))
            .Then(context => AnswerToAsync(context, """{"vector":[0.5,1],"topK":10}"""));
        Assert.Equal(ExitCodes.Ok, (await ClipRun.Of(server.Address, "search", "shop", "--image", folder.File("a.png", "pixels"))).ExitCode);
        Assert.Equal(ExitCodes.Ok, (await ClipRun.Of(server.Address, "search", "shop", "--vector", folder.File("v.json", "[0.5, 1]"))).ExitCode);
        Assert.Equal(ExitCodes.Failed, (await ClipRun.Of(server.Address, "search", "shop", "--image", folder.At("gone.png"))).ExitCode);

        static async Task AnswerToAsync(Microsoft.AspNetCore.Http.HttpContext context, string expected)
        {
            var same = JsonNode.DeepEquals(JsonNode.Parse(expected), await JsonNode.ParseAsync(context.Request.Body));
            await FakeServer.AnswerAsync(context, same ? 200 : 400, same ? JsonNode.Parse(Answer)! : FakeServer.Problem(400, "malformed-request", "Another body was expected."));
        }
    }

    [Fact]
    public void Control_characters_lists_and_missing_members_are_text()
    {
        var hits = new[]
        {
            new SearchHit { Id = "a\u001b[31m", Score = 1, Metadata = new JsonObject { ["tags"] = new JsonArray("x", "y") } },
            new SearchHit { Id = "b", Score = -0.25, Metadata = new JsonObject { ["n"] = 3, ["flag"] = true } },
            new SearchHit { Id = "c" },
        };
        using var console = new TestConsole().Width(120);
        console.Write(SearchTable.Build(hits));
        Assert.DoesNotContain('\u001b', console.Output);
        Assert.Contains("x, y", console.Output, StringComparison.Ordinal);
        Assert.Contains("-0.250", console.Output, StringComparison.Ordinal);
        Assert.Contains("true", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partial_answer_says_so() =>
        Assert.Contains("1 of 3 shards did not answer", SearchTable.Summary(new SearchResponse { Partial = true, Shards = new SearchedShards(3, 2, 1) }), StringComparison.Ordinal);

    [Theory]
    [InlineData("[1, -0.5e1]", 1f, -5f)]
    [InlineData("1 -5\n", 1f, -5f)]
    [InlineData("1;-5", 1f, -5f)]
    public void A_vector_is_numbers_in_any_usual_form(string text, params float[] expected)
    {
        Assert.True(VectorFile.Parse(text, out var vector));
        Assert.Equal(expected, vector.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1,NaN")]
    [InlineData("1,1e40")]
    [InlineData("[1,[2]]")]
    public void Anything_else_is_no_vector(string text) => Assert.False(VectorFile.Parse(text, out _));
}

using System.Text.Json.Nodes;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.Models;

// Danger: a model that cannot be used looks like one that can.
// Invariant: every model is a line with what an index needs to know of it; a faulty one says why.
// Method: a whole run of the command against a scripted server.
public sealed class ModelListTests
{
    [Fact]
    public async Task Every_model_is_a_line_and_a_faulty_one_says_why()
    {
        await using var server = (await FakeServer.StartAsync()).Then(context => FakeServer.AnswerAsync(context, 200, JsonNode.Parse("""
            {"models":[{"name":"small","revision":"1","dimensions":512,"contextLength":77,"image":{"width":64,"height":64},"licence":"MIT","isDefault":true},
                       {"name":"broken","revision":"2","dimensions":0,"isDefault":false,"problem":"no text tower"}]}
            """)!));
        var run = await ClipRun.Of(server.Address, "models", "list");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains(Cells(run.Out), line => line is ["small", "1", "512", "yes", "MIT", "ready"]);
        Assert.Contains(Cells(run.Out), line => line is ["broken", "2", "0", "no", "text", "tower"]);
    }

    private static IEnumerable<string[]> Cells(string output) =>
        output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.App;

// Danger: a key that must be typed where others read it, or a request with another key than the one that was meant.
// Invariant: a key comes from an option, a file or the environment, what is typed first; two in one place are refused; a file holds one.
// Method: whole runs against a server on a real socket that says which key it was shown.
public sealed class KeyOptionTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private FakeServer _server = null!;
    private string? _shown;

    public async ValueTask InitializeAsync() => _server = (await FakeServer.StartAsync()).Then(context =>
    {
        _shown = context.Request.Headers.Authorization;
        return FakeServer.AnswerAsync(context, 200, new System.Text.Json.Nodes.JsonObject { ["indexes"] = new System.Text.Json.Nodes.JsonArray() });
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Bearer typed", "--key", "typed", "CLIP_KEY=of-environment", "CLIP_KEY_FILE=FILE")]
    [InlineData("Bearer of-file", "--key-file", "FILE", "CLIP_KEY=of-environment")]
    [InlineData("Bearer of-environment", "CLIP_KEY=of-environment")]
    [InlineData("Bearer of-file", "CLIP_KEY_FILE=FILE", "CLIP_KEY=")]
    [InlineData(null)]
    public async Task A_key_comes_from_what_is_typed_or_else_from_the_environment(string? shown, params string[] given)
    {
        var file = _folder.File("key", "of-file\n");
        var filled = given.Select(word => word.Replace("=FILE", $"={file}", StringComparison.Ordinal)).Select(word => word == "FILE" ? file : word).ToLookup(IsVariable);
        var variables = filled[true].Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var run = await ClipRun.Of(TimeProvider.System, variables, [.. filled[false], "index", "list", "--url", _server.Address.AbsoluteUri]);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Equal(shown, _shown);
    }

    [Fact]
    public async Task Two_keys_in_the_environment_are_refused()
    {
        var variables = new Dictionary<string, string> { ["CLIP_KEY"] = "a", ["CLIP_KEY_FILE"] = "b" };
        Assert.Equal(ExitCodes.Usage, (await ClipRun.Of(TimeProvider.System, variables, "index", "list", "--url", _server.Address.AbsoluteUri)).ExitCode);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("two words\n")]
    [InlineData("one\nand another\n")]
    public async Task A_file_that_holds_no_key_is_named_and_nothing_is_sent(string text)
    {
        var file = _folder.File("key", text);
        var run = await ClipRun.Of(_server.Address, "index", "list", "--key-file", file);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains(file, run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, (await ClipRun.Of(_server.Address, "index", "list", "--key-file", _folder.At("absent"))).ExitCode);
        Assert.Empty(_server.Requests);
    }

    private static bool IsVariable(string word) => word.StartsWith("CLIP_", StringComparison.Ordinal);
}

using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Tests.Fakes;

namespace ClipOrleans.Cli.Tests.App;

// Danger: a script that cannot tell a typing mistake from a refusal, or a user who is shown a stack trace.
// Invariant: 0 well, 1 failed, 2 usage; every failure is one line that says what to do.
// Method: whole runs of the command, against a server on a real socket or none.
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("serch", "emoji")]
    [InlineData("search", "emoji", "words", "--image", "a.png")]
    [InlineData("search", "emoji")]
    [InlineData("search", "emoji", "words", "--filter", "{colour}")]
    [InlineData("search", "emoji", "words", "--filter", "[1]")]
    [InlineData("search", "emoji", "words", "--top", "many")]
    [InlineData("index", "create", "a", "--field", "price")]
    [InlineData("index", "create", "a", "--field", "price:float")]
    [InlineData("index", "create", "a", "--keep-images", "all")]
    [InlineData("import", "emoji", "a.csv", "--retry-for", "soon")]
    [InlineData("import", "emoji", "a.csv", "--batch", "0")]
    [InlineData("index", "list", "--url", "localhost:8080")]
    [InlineData("index", "list", "--key", "a", "--key-file", "b")]
    [InlineData("key", "create", "shop window")]
    [InlineData("key", "create", "shop window", "--role", "owner")]
    [InlineData("key", "create", "shop window", "--role", "read", "--expires", "soon")]
    public async Task A_typing_mistake_is_usage(params string[] arguments)
    {
        var run = await ClipRun.Of(TimeProvider.System, arguments);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_line_that_says_how_to_start_one()
    {
        await using var server = await FakeServer.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        var run = await ClipRun.Of(new EagerClock(), "index", "list", "--url", address.ToString());
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("clip serve", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("clip serve", (await ClipRun.Of(address, "demo")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_tells_the_servers_words_and_what_to_do()
    {
        await using var server = (await FakeServer.StartAsync()).Then(context =>
            FakeServer.AnswerAsync(context, 401, FakeServer.Problem(401, "unauthorized", "A key is needed.")));
        var run = await ClipRun.Of(server.Address, "index", "list");
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("A key is needed (HTTP 401). Give an API key with --key-file, CLIP_KEY_FILE, --key or CLIP_KEY", run.Error, StringComparison.Ordinal);
        Assert.Contains("clip index list", (await ClipRun.Of(server.Address, "index", "show", "gone")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("0s", 0)]
    public void Times_have_units(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData("99999999h")]
    public void Times_without_sense_are_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5L << 40, "5 TiB")]
    public void Bytes_are_read_at_a_glance(long bytes, string expected) => Assert.Equal(expected, Quantity.Bytes(bytes));
}

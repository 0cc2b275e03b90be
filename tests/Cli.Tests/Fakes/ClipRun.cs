using ClipOrleans.Cli.App;
using Spectre.Console.Testing;

namespace ClipOrleans.Cli.Tests.Fakes;

/// <summary>One run of <c>clip</c> inside this process, with all that it wrote.</summary>
internal sealed record ClipRun(int ExitCode, string Out, string Error, string Raw)
{
    public static async Task<ClipRun> Of(Uri server, params string[] arguments) =>
        await Of(TimeProvider.System, [.. arguments, "--url", server.AbsoluteUri]);

    public static Task<ClipRun> Of(TimeProvider clock, params string[] arguments) => Of(clock, new Dictionary<string, string>(), arguments);

    public static async Task<ClipRun> Of(TimeProvider clock, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var output = new TestConsole().Width(160);
        using var error = new TestConsole().Width(10_000);
        using var raw = new StringWriter();
        var terminal = new Terminal(output, error, raw, IsInteractive: false, clock, environment.GetValueOrDefault);
        var code = await ClipApp.RunAsync(arguments, terminal);
        return new ClipRun(code, output.Output, error.Output, raw.ToString());
    }
}

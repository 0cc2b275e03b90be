using Spectre.Console;

namespace ClipOrleans.Cli.App;

/// <summary>Where a command writes, and the clock and environment it sees: all that tests put in its place.</summary>
/// <param name="Out">Results and progress.</param>
/// <param name="Error">Errors, so that redirected results stay clean.</param>
/// <param name="Raw">Results that a program reads; never wrapped or coloured.</param>
/// <param name="IsInteractive">Somebody watches: progress may redraw itself.</param>
internal sealed record Terminal(IAnsiConsole Out, IAnsiConsole Error, TextWriter Raw, bool IsInteractive, TimeProvider Clock, Func<string, string?> Environment)
{
    private const int WidthOfFiles = 160;

    public static Terminal OfProcess()
    {
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        var error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsOutputRedirected)
            output.Profile.Width = WidthOfFiles;
        if (Console.IsErrorRedirected)
            error.Profile.Width = int.MaxValue; // One line an error, whatever its length.
        return new Terminal(output, error, Console.Out, !Console.IsOutputRedirected, TimeProvider.System, System.Environment.GetEnvironmentVariable);
    }
}

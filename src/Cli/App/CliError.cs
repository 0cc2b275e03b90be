namespace ClipOrleans.Cli.App;

/// <summary>An end of the command that the user can do something about.</summary>
/// <param name="message">What is wrong, in one sentence.</param>
/// <param name="hint">What to do about it.</param>
internal sealed class CliError(string message, string? hint = null, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public string? Hint { get; } = hint;

    public int ExitCode { get; } = exitCode;

    public static CliError Usage(string message, string? hint = null) => new(message, hint, ExitCodes.Usage);
}

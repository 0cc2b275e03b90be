using ClipOrleans.Client.Errors;
using Spectre.Console;

namespace ClipOrleans.Cli.App;

/// <summary>Turns a failure into one red line that says what to do, and into an exit code.</summary>
internal static class ErrorLine
{
    public static int Write(Terminal terminal, Exception failure)
    {
        var (message, hint, code) = Explain(failure);
        Write(terminal, message, hint);
        return code;
    }

    public static void Write(Terminal terminal, string message, string? hint)
    {
        var line = hint is null ? message : $"{message.TrimEnd('.')}. {hint}";
        terminal.Error.MarkupLineInterpolated($"[red]{line.ReplaceLineEndings(" ")}[/]");
    }

    /// <summary>Failures that are a user's business; anything else is a bug and keeps its stack trace.</summary>
    public static bool IsExpected(Exception failure) =>
        failure is CliError or ClipOrleansException or IOException or UnauthorizedAccessException;

    private static (string Message, string? Hint, int Code) Explain(Exception failure) => failure switch
    {
        CliError told => (told.Message, told.Hint, told.ExitCode),
        ClipOrleansException { IsUnreachable: true } lost => (
            lost.Message,
            "Start a server with \"clip serve\" or \"dotnet run --project src/Silo -c Release\", or name another one with --url",
            ExitCodes.Failed),
        ClipOrleansException { Status: 401 } refused => (Words(refused), "Give an API key with --key-file, CLIP_KEY_FILE, --key or CLIP_KEY", ExitCodes.Failed),
        ClipOrleansException { Slug: "index-not-found" } missing => (Words(missing), "\"clip index list\" shows what is there", ExitCodes.Failed),
        ClipOrleansException { Slug: "tenant-not-found" } missing => (Words(missing), "\"clip tenant list\" shows what is there", ExitCodes.Failed),
        ClipOrleansException { Slug: "key-not-found" } missing => (Words(missing), "\"clip key list\" shows the ids", ExitCodes.Failed),
        ClipOrleansException { Slug: "model-not-found" } missing => (Words(missing), "\"clip models list\" shows what is loaded", ExitCodes.Failed),
        ClipOrleansException refused => (Words(refused), null, ExitCodes.Failed),
        _ => (failure.Message, null, ExitCodes.Failed),
    };

    /// <summary>With the status to look up, and where the server is at fault the trace to ask its operator about.</summary>
    private static string Words(ClipOrleansException refused)
    {
        var trace = refused.Status >= 500 && refused.Problem.TraceId is { } id ? $", trace {id}" : "";
        return $"{refused.Message.TrimEnd('.')} (HTTP {refused.Status}{trace})";
    }
}

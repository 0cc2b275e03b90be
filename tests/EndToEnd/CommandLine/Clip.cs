using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.CommandLine;

/// <summary>The built <c>clip</c>, as a user types it, against one server.</summary>
internal sealed class Clip(Uri server, string workingFolder, string key = "")
{
    public ProgramProcess Start(params string[] arguments) =>
        ProgramProcess.Start(BuiltPrograms.Cli, arguments, workingFolder, new Dictionary<string, string> { ["CLIP_URL"] = server.ToString(), ["CLIP_KEY"] = key, ["NO_COLOR"] = "1" });

    /// <summary>Runs to the end and gives the output; another exit code than the expected is a failed test.</summary>
    public async Task<string> RunAsync(int exitCode, params string[] arguments)
    {
        await using var process = Start(arguments);
        var code = await process.ExitAsync();
        Assert.True(code == exitCode, $"clip {string.Join(' ', arguments)}: exit code {code}, expected {exitCode}\n{process.Output}");
        return process.Output;
    }
}

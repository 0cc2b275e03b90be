using System.Diagnostics;
using System.Text.Json;
using ClipOrleans.Cli.App;
using ClipOrleans.Cli.Serve;

namespace ClipOrleans.Cli.Models;

/// <summary>Has the server's program load a model folder and embed with it: what it accepts here, it will run.</summary>
internal static class ModelCheck
{
    public static async Task<ModelReport> RunAsync(SiloExecutable silo, string folder, CancellationToken stop)
    {
        var start = silo.StartInfo(["models", "check", folder, "--json"]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        try
        {
            var error = process.StandardError.ReadToEndAsync(stop);
            var output = await process.StandardOutput.ReadToEndAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return Read(output, await error.ConfigureAwait(false), process.ExitCode);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static ModelReport Read(string output, string error, int exitCode)
    {
        try
        {
            return ModelReport.Parse(output);
        }
        catch (JsonException)
        {
            var said = error.Length > 0 ? error : output;
            throw new CliError($"The model check ended with exit code {exitCode} and no report: {said.Trim()}");
        }
    }
}

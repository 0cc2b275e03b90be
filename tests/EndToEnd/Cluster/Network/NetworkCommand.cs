using System.Diagnostics;

namespace ClipOrleans.EndToEnd.Cluster.Network;

/// <summary>The program that makes namespaces, cables and switches.</summary>
internal static class NetworkCommand
{
    private const string Program = "ip";

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <returns>What it printed.</returns>
    public static string Run(params string[] arguments)
    {
        var (code, output, error) = Execute(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{Program} {string.Join(' ', arguments)}: {error}");
    }

    public static bool Try(params string[] arguments) => Execute(arguments).Code == 0;

    private static (int Code, string Output, string Error) Execute(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult().Trim());
    }
}

using System.Diagnostics;
using ClipOrleans.Cli.App;

namespace ClipOrleans.Cli.Serve;

/// <summary>Where the server's program is. It is another project's output: this one only knows where it may lie.</summary>
internal sealed class SiloExecutable
{
    public const string Variable = "CLIP_SILO";

    private const string Name = "ClipOrleans.Silo";

    private SiloExecutable(string path) => Path = path;

    public string Path { get; }

    /// <summary>Named by CLIP_SILO, beside <c>clip</c>, or in the build output of the repository that <c>clip</c> was built in.</summary>
    /// <param name="home">The folder of <c>clip</c> itself.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="CliError">It is in none of these places.</exception>
    public static SiloExecutable Find(string home, Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? new SiloExecutable(System.IO.Path.GetFullPath(named))
                : throw new CliError($"{Variable} names {named}, which is not there", $"Set it to {Name}.dll or its executable");
        }
        return Candidates(home).FirstOrDefault(File.Exists) is { } found
            ? new SiloExecutable(found)
            : throw new CliError($"{Name} is neither beside clip nor built", $"Build it with \"dotnet build src/Silo -c Release\", or name it with {Variable}");
    }

    /// <summary>How to start it with these arguments.</summary>
    public ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var isDll = Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        var start = new ProcessStartInfo(isDll ? dotnet : Path) { UseShellExecute = false };
        if (isDll)
            start.ArgumentList.Add(Path);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static IEnumerable<string> Candidates(string home)
    {
        var executable = OperatingSystem.IsWindows() ? $"{Name}.exe" : Name;
        // artifacts/bin/Cli/<configuration>/ → artifacts/bin/Silo/<configuration>/, the same configuration first.
        var configuration = new DirectoryInfo(home).Name;
        var outputs = new[] { configuration, "release", "debug" }.Distinct().Select(each => System.IO.Path.Combine(home, "..", "..", "Silo", each));
        return new[] { home }.Concat(outputs)
            .SelectMany(folder => new[] { System.IO.Path.Combine(folder, executable), System.IO.Path.Combine(folder, $"{Name}.dll") })
            .Select(System.IO.Path.GetFullPath);
    }
}

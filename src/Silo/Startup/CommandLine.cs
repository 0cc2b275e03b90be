using System.Reflection;

namespace ClipOrleans.Silo.Startup;

/// <summary>What the process was called with, before it is configuration.</summary>
internal static class CommandLine
{
    public const string Help = """
        ClipOrleans: an image search engine

          ClipOrleans.Silo [--<Setting>=<value> …]    starts the server, on http://127.0.0.1:8080 with its data under ./data
          ClipOrleans.Silo models check <folder> [--json]    says whether a folder holds a usable model
          ClipOrleans.Silo fsck <folder> [--repair] [--rebuild] [--json]    checks every file of a data folder that no server uses
          ClipOrleans.Silo health [<address>]    asks a running server, http://127.0.0.1:8080/health/live or another; exit code 0 if it is well
          ClipOrleans.Silo cluster init [--provider redis|postgres] [--connection-string <…>]    makes in the store what a cluster needs there
          ClipOrleans.Silo --version

        Settings: --urls=http://127.0.0.1:9000, --Storage:Path=<folder>, … (docs/configuration.md lists all);
        in the environment they are called ClipOrleans__Storage__Path and so on.
        """;

    public static string Version =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>What would be passed over in silence otherwise: words without a setting, settings without a value.</summary>
    public static IReadOnlyList<string> Problems(string[] args)
    {
        var problems = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                problems.Add($"'{args[i]}' is not understood; settings look like --Storage:Path=<folder>, and --help shows the rest");
            else if (args[i].Contains('='))
                continue;
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                i++;
            else
                problems.Add($"{args[i]} has no value");
        }

        return problems;
    }
}

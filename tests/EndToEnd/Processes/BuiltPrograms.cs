namespace ClipOrleans.EndToEnd.Processes;

/// <summary>Where the build put the programs under test, and where the repository keeps the samples.</summary>
internal static class BuiltPrograms
{
    /// <summary>Next to this test's own output: artifacts/bin/EndToEnd/release → artifacts/bin/Silo/release.</summary>
    public static string Silo { get; } = Program("Silo", "ClipOrleans.Silo.dll");

    /// <summary>What runs when a server is started for the first time: another version where one is named, so that every restart is an upgrade (eng/upgrade-campaign.sh).</summary>
    public static string FirstSilo { get; } = Environment.GetEnvironmentVariable("CLIPORLEANS_FORMER_SILO") is { Length: > 0 } former ? Existing(former) : Silo;

    public static string Cli { get; } = Program("Cli", "clip.dll");

    public static string Repository { get; } = FindRepository();

    public static string Samples => Path.Combine(Repository, "samples", "emoji");

    private static string Program(string project, string file)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(output.Parent!.Parent!.FullName, project, output.Name, file);
        return Existing(path);
    }

    private static string Existing(string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build the solution first.", path);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ClipOrleans.sln.");
    }
}

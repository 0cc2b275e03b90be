namespace ClipOrleans.Cli.App;

/// <summary>What to type to run this program again from here: a fresh clone has no <c>clip</c> in its PATH.</summary>
internal static class OwnName
{
    public static string Of(Func<string, string?> environment)
    {
        var home = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var program = Path.Combine(home, OperatingSystem.IsWindows() ? "clip.exe" : "clip");
        var inPath = (environment("PATH") ?? "").Split(Path.PathSeparator).Any(folder => Path.TrimEndingDirectorySeparator(folder) == home);
        return inPath || !File.Exists(program) ? "clip" : Path.GetRelativePath(".", program);
    }
}

using System.Text.Json;

namespace ClipOrleans.Clip.Tests.Golden;

/// <summary>Files that the tests compare with, and where the repository and the photographs beside it are.</summary>
internal static class GoldenFiles
{
    public static string Repository { get; } = FindRepository();

    public static string DefaultModel => Path.Combine(Repository, "models", "fashion-clip-mini");

    public static JsonElement Read(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name)));
        return json.RootElement.Clone();
    }

    /// <summary>A file of the photographs that are not part of the repository; skips the test, by name, where they are not there.</summary>
    public static string Photograph(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Repository, "..", "shared", relative));
        Assert.SkipUnless(File.Exists(path), $"The photographs are not here: {relative} is expected under ../shared beside the repository.");
        return path;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No ClipOrleans.sln above {AppContext.BaseDirectory}.");
    }
}

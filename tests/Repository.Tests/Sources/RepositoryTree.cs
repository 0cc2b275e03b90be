using System.Runtime.CompilerServices;

namespace ClipOrleans.Repository.Tests.Sources;

/// <summary>The repository's files as they lie on disk, without what builds and runs leave behind.</summary>
internal static class RepositoryTree
{
    private static readonly HashSet<string> Produced = new(StringComparer.Ordinal)
    {
        ".git", ".vs", ".idea", "artifacts", "bin", "obj", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts",
    };

    /// <summary>What the server writes where it is started: as `.gitignore` has it.</summary>
    private static readonly string[] DataOfRuns = ["data", "src/Silo/data"];

    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".sh", ".mjs", ".json", ".yml", ".yaml", ".md", ".txt", ".html", ".css", ".js"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<RepositoryFile> Files { get; } = Walk(Root, "").ToList();

    public static IEnumerable<RepositoryFile> TextFiles =>
        Files.Where(file => TextEndings.Contains(Path.GetExtension(file.Path)) || file.Path == ".ci/run");

    public static IEnumerable<RepositoryFile> Code => Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<RepositoryFile> Projects => Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static IEnumerable<RepositoryFile> Walk(string folder, string prefix)
    {
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            yield return new RepositoryFile(prefix + Path.GetFileName(path), () => File.ReadAllText(path), new FileInfo(path).Length);
        }

        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (Produced.Contains(name) || DataOfRuns.Contains(prefix + name))
            {
                continue;
            }

            foreach (var file in Walk(path, $"{prefix}{name}/"))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(thisFile)! })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ClipOrleans.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ClipOrleans.sln.");
    }
}

using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Graph;

/// <summary>The table of docs/decisions/0001-project-graph.md: the page that people read is the one that is enforced.</summary>
internal static class ProjectLaw
{
    private const string Page = "docs/decisions/0001-project-graph.md";

    /// <summary>Project under src/ → projects it may reference.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> MayReference { get; } = Rows("## Projects")
        .ToDictionary(row => row[0]["src/".Length..], row => Names(row[1]));

    /// <summary>Foreign package or framework → the projects under src/ that may name it.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> MayName { get; } = Rows("## Foreign packages")
        .ToDictionary(row => row[0], row => Names(row[1]));

    private static HashSet<string> Names(string cell) =>
        cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(name => name != "none").ToHashSet();

    private static IEnumerable<string[]> Rows(string heading)
    {
        var file = RepositoryTree.Files.Single(file => file.Path == Page);
        return file.Lines
            .SkipWhile(line => line != heading)
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray());
    }
}

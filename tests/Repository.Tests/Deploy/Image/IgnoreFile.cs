using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Image;

/// <summary>A .dockerignore of our kind: everything is left out, then whole paths are let through.</summary>
internal sealed record IgnoreFile(RepositoryFile File)
{
    private IReadOnlyList<string> Rules => [.. File.Lines.Where(line => line.Length > 0 && !line.StartsWith('#'))];

    public bool LeavesAllOutFirst => Rules is ["*", ..];

    public IEnumerable<string> LetThrough => Rules.Where(rule => rule.StartsWith('!')).Select(rule => rule[1..]);

    /// <summary>Whether anything of the path gets to the builder.</summary>
    public bool Sends(string path) =>
        LetThrough.Any(kept => path == kept || path.StartsWith(kept + "/", StringComparison.Ordinal) || kept.StartsWith(path + "/", StringComparison.Ordinal));
}

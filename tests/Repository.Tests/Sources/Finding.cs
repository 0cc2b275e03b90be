using Microsoft.CodeAnalysis;

namespace ClipOrleans.Repository.Tests.Sources;

/// <summary>Something that breaks a rule, and where.</summary>
internal sealed record Finding(string Path, int Line, string What)
{
    public static Finding At(RepositoryFile file, SyntaxNode node, string what) =>
        new(file.Path, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, what);

    public static void AssertNone(IEnumerable<Finding> findings)
    {
        var found = findings.ToList();
        Assert.True(found.Count == 0, $"{found.Count} finding(s):\n{string.Join('\n', found)}");
    }

    public override string ToString() => $"{Path}:{Line}: {What}";
}

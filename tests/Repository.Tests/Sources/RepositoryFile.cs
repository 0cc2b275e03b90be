using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ClipOrleans.Repository.Tests.Sources;

/// <summary>One file: its path from the root with '/', its text when asked for, its length in bytes.</summary>
internal sealed class RepositoryFile(string path, Func<string> read, long bytes)
{
    private readonly Lazy<string> _text = new(read);
    private SyntaxNode? _syntax;

    public string Path { get; } = path;

    public long Bytes { get; } = bytes;

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Text => _text.Value;

    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    public SyntaxNode Syntax => _syntax ??= CSharpSyntaxTree.ParseText(Text).GetRoot();

    public static RepositoryFile Of(string path, string text) => new(path, () => text, text.Length);

    public override string ToString() => Path;
}

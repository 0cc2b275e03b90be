using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ClipOrleans.Repository.Tests.Tidy;

/// <summary>Rules about what a C# file says. Each takes files and gives findings.</summary>
internal static partial class CodeRules
{
    /// <summary>One screen and a half: longer methods do more than their name says.</summary>
    public const int MaxMethodLines = 70;

    private static readonly string[] GeneratorAttributes =
        ["LoggerMessage", "GeneratedRegex", "JsonSerializable", "LibraryImport", "OptionsValidator"];

    private static readonly string[] TheDisk =
        ["LocalDisk.cs", "CrashingDisk.cs", "CrashPoints.cs", "DeviceSync.cs", "HardLink.cs", "MappedFile.cs", "ScratchMap.cs"];

    private static readonly string[] FileTypes =
        ["File", "Directory", "FileStream", "StreamWriter", "FileInfo", "DirectoryInfo", "RandomAccess", "MemoryMappedFile", "DeviceSync", "HardLink", "ScratchMap", "ManagedLocalStorageDevice"];

    public static IEnumerable<Finding> LongMethods(RepositoryFile file) =>
        from node in file.Syntax.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = node.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > MaxMethodLines
        select Finding.At(file, node, $"a method of {lines} lines (at most {MaxMethodLines})");

    /// <summary>Log calls go through [LoggerMessage]: named, with an id, free when switched off.</summary>
    public static IEnumerable<Finding> DirectLogCalls(RepositoryFile file) =>
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax member
            && DirectLogMethod().IsMatch(member.Name.Identifier.Text)
            && LoggerName().IsMatch(member.Expression.ToString())
        select Finding.At(file, call, $"{call.Expression}: declare a [LoggerMessage] in X.Log.cs");

    /// <summary>Which error is which status is written once, in the error table; success codes are the endpoint's own matter.</summary>
    public static IEnumerable<Finding> ScatteredStatusCodes(RepositoryFile file) =>
        from member in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        where file.Name != "ErrorTable.cs"
            && member.Expression.ToString().EndsWith("StatusCodes", StringComparison.Ordinal)
            && !member.Name.Identifier.Text.StartsWith("Status2", StringComparison.Ordinal)
        select Finding.At(file, member, $"{member}: the status of an error stands in ErrorTable.cs");

    /// <summary>Nothing unfinished is shipped as if it were finished.</summary>
    public static IEnumerable<Finding> Unfinished(RepositoryFile file) =>
        from node in file.Syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
        where node.Type.ToString() == nameof(NotImplementedException)
        select Finding.At(file, node, "not implemented");

    /// <summary>An exception is handled, told or let through; an empty block hides it. A comment with the reason is what makes it handled.</summary>
    public static IEnumerable<Finding> SwallowedExceptions(RepositoryFile file) =>
        from clause in file.Syntax.DescendantNodes().OfType<CatchClauseSyntax>()
        where clause.Block.Statements.Count == 0
            && !clause.Block.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia))
        select Finding.At(file, clause, "an exception is swallowed without a word");

    /// <summary>Time is no synchronisation: waiting for a signal, or polling a condition with a deadline, is.</summary>
    public static IEnumerable<Finding> FixedWaits(RepositoryFile file) =>
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression.ToString() is "Thread.Sleep" or "Task.Delay" or "SpinWait.SpinUntil"
            && !call.ArgumentList.Arguments[0].ToString().Contains("InfiniteTimeSpan", StringComparison.Ordinal)
        select Finding.At(file, call, $"{call}: wait for a signal instead");

    /// <summary>
    /// In the shard engine every file is touched through IDisk: what goes past it never passes a crash point, and the disk
    /// that tests put in its place neither loses it nor fails it.
    /// </summary>
    public static IEnumerable<Finding> FilesPastTheDisk(RepositoryFile file) =>
        from node in file.Syntax.DescendantNodes()
        where !TheDisk.Contains(file.Name) && node switch
        {
            MemberAccessExpressionSyntax { Expression: var of } member =>
                FileTypes.Contains(of.ToString().Replace("System.IO.", "", StringComparison.Ordinal)) || member.ToString() is "MappedFile.Open" or "Devices.CreateLogDevice",
            ObjectCreationExpressionSyntax { Type: var type } => FileTypes.Contains(type.ToString().Replace("System.IO.", "", StringComparison.Ordinal)),
            AttributeSyntax { Name: var name } => name.ToString() is "LibraryImport" or "DllImport",
            _ => false,
        }
        select Finding.At(file, node, $"{node.ToString().Split('\n')[0]}: files are touched through IDisk");

    /// <summary>A class in pieces is a god class; the pieces that a source generator needs are not.</summary>
    public static IEnumerable<Finding> ClassesInPieces(IEnumerable<RepositoryFile> files) =>
        from part in files.SelectMany(Parts)
        group part by part.Name into parts
        let written = parts.Where(part => !part.ForGenerator).ToList()
        where written.Count > 1
        from part in written.Skip(1)
        select Finding.At(part.File, part.Node, $"{parts.Key} is in {written.Count} pieces that no generator asks for");

    /// <summary>A test class opens with the danger it guards against, the invariant and the method.</summary>
    public static IEnumerable<Finding> TestClassesWithoutOpening(RepositoryFile file) =>
        from type in file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>()
        where type.Members.OfType<MethodDeclarationSyntax>().Any(IsTest)
            && !type.GetLeadingTrivia().Concat(file.Syntax.GetLeadingTrivia()).Any(IsComment)
        select Finding.At(file, type, $"{type.Identifier} does not open with what it guards against");

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory");

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia);

    private static IEnumerable<(string Name, RepositoryFile File, SyntaxNode Node, bool ForGenerator)> Parts(RepositoryFile file) =>
        from type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PartialKeyword)
        let space = type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString()
        select ($"{space}.{type.Identifier}", file, (SyntaxNode)type, IsForGenerator(type));

    private static bool IsForGenerator(TypeDeclarationSyntax type) =>
        type.DescendantNodes().OfType<AttributeSyntax>().Any(attribute => GeneratorAttributes.Contains(attribute.Name.ToString()));

    [GeneratedRegex("^Log(Trace|Debug|Information|Warning|Error|Critical)?$")]
    private static partial Regex DirectLogMethod();

    [GeneratedRegex("[lL]og(ger)?$")]
    private static partial Regex LoggerName();
}

using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Tidy;

// Danger: a rule whose pattern no longer matches anything passes for ever.
// Invariant: each rule finds the offence it is there for, and leaves the innocent twin alone.
// Method: one small guilty and one innocent file a rule.
public sealed class RulesFireTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("        _ = 1;\n", CodeRules.MaxMethodLines));

    public static TheoryData<string, string, string> Code { get; } = new()
    {
        { "long method", $"class A {{ void M()\n {{\n{Long} }} }}", "class A { void M() { } }" },
        { "log", "class A { void M() => _logger.LogWarning(\"x\"); }", "class A { void M() => Warn(_logger); double L() => Math.Log(2); }" },
        { "status", "class A { int S => StatusCodes.Status404NotFound; }", "class A { int S => StatusCodes.Status201Created; }" },
        { "unfinished", "class A { void M() => throw new NotImplementedException(); }", "class A { void M() => throw new NotSupportedException(); }" },
        { "swallow", "class A { void M() { try { } catch (IOException) { } } }", "class A { void M() { try { } catch (IOException) { // gone already\n } } }" },
        { "wait", "class A { Task M() => Task.Delay(100); }", "class A { Task M() => Task.Delay(Timeout.InfiniteTimeSpan, cancel); }" },
        { "disk", "class A { void M() => File.Delete(\"x\"); }", "class A { void M() => _segment.File.Dispose(); }" },
        { "disk", "class A { [LibraryImport(\"libc\")] static partial int Unlink(string path); }", "class A { void M() => _disk.Delete(\"x\"); }" },
        { "pieces", "namespace N; partial class A { } partial class A { }", "namespace N; partial class A { } partial class A { [LoggerMessage] partial void M(); }" },
        { "opening", "namespace N;\npublic class A { [Fact] public void M() { } }", "namespace N;\n// Danger: x.\npublic class A { [Fact] public void M() { } }" },
    };

    public static TheoryData<string, string, string, string, string> Files { get; } = new()
    {
        { "long file", "a.cs", string.Concat(Enumerable.Repeat("\n", FileRules.MaxCodeLines)) + "x", "a.cs", "\n\n" },
        { "blob", "a.bin", new string('x', FileRules.MaxBlobBytes + 1), "a.bin", "x" },
        { "name", "src/Utils/A.cs", "", "src/Keys/A.cs", "" },
        { "name", "src/Keys/Extensions.cs", "", "src/Keys/KeyExtensions.cs", "" },
        { "leftover", "a.md", "x FIX" + "ME y", "a.md", "prefix" },
        { "path", "a.sh", "cd '/ho" + "me/me'", "a.sh", "curl http://localhost/home/x" },
        { "dead link", "docs/a.md", "see [b](missing.md)", "docs/a.md", "see [b](../there.md#x), [c](https://example.org/x)" },
        { "long project", "a.csproj", string.Concat(Enumerable.Repeat("\n", FileRules.MaxProjectLines)) + "x", "a.csproj", "x" },
        { "version", "a.csproj", "<PackageReference Include=\"A\" Version=\"1\" />", "a.csproj", "<PackageReference Include=\"A\" />" },
    };

    [Theory]
    [MemberData(nameof(Code))]
    public void A_code_rule_finds_its_offence_and_spares_the_innocent(string rule, string guilty, string innocent)
    {
        Assert.NotEmpty(CodeRule(rule, RepositoryFile.Of("a.cs", guilty)));
        Assert.Empty(CodeRule(rule, RepositoryFile.Of("a.cs", innocent)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_rule_finds_its_offence_and_spares_the_innocent(string rule, string path, string guilty, string innocentPath, string innocent)
    {
        Assert.NotEmpty(FileRule(rule, RepositoryFile.Of(path, guilty)));
        Assert.Empty(FileRule(rule, RepositoryFile.Of(innocentPath, innocent)));
    }

    [Fact]
    public void The_repository_is_really_read()
    {
        Assert.Contains(RepositoryTree.Code, file => file.Path == "tests/Repository.Tests/Tidy/RulesFireTests.cs");
        Assert.DoesNotContain(RepositoryTree.Files, file => file.Path.StartsWith("artifacts/", StringComparison.Ordinal));
        Assert.Equal(RepositoryTree.Files.Count, RepositoryTree.Files.Select(file => file.Path).Distinct().Count());
    }

    private static IEnumerable<Finding> CodeRule(string rule, RepositoryFile file) => rule switch
    {
        "long method" => CodeRules.LongMethods(file),
        "log" => CodeRules.DirectLogCalls(file),
        "status" => CodeRules.ScatteredStatusCodes(file),
        "unfinished" => CodeRules.Unfinished(file),
        "swallow" => CodeRules.SwallowedExceptions(file),
        "wait" => CodeRules.FixedWaits(file),
        "disk" => CodeRules.FilesPastTheDisk(file),
        "pieces" => CodeRules.ClassesInPieces([file]),
        "opening" => CodeRules.TestClassesWithoutOpening(file),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule"),
    };

    private static IEnumerable<Finding> FileRule(string rule, RepositoryFile file) => rule switch
    {
        "long file" => FileRules.TooLong(file),
        "blob" => FileRules.TooLarge(file),
        "name" => FileRules.EmptyNames(file),
        "leftover" => FileRules.LeftoverMarks(file),
        "path" => FileRules.PathsOfOneMachine(file),
        "dead link" => FileRules.DeadLinks(file, path => path == "there.md"),
        "long project" => FileRules.ProjectTooLong(file),
        "version" => FileRules.VersionInProject(file),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule"),
    };
}

using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Tidy;

/// <summary>Rules about files as such: length, size, name, words that must not stay.</summary>
internal static partial class FileRules
{
    public const int MaxCodeLines = 400;
    public const int MaxProjectLines = 40;
    public const int MaxBlobBytes = 1024 * 1024;

    private static readonly string[] ForbiddenFolders = ["Utils", "Util", "Helpers", "Helper", "Common", "Managers", "Misc", "Shared"];
    private static readonly string[] ForbiddenFiles = ["Extensions.cs", "Constants.cs", "Utils.cs", "Helpers.cs"];

    public static IEnumerable<Finding> TooLong(RepositoryFile file) =>
        file.Lines.Length > MaxCodeLines ? [new Finding(file.Path, MaxCodeLines, $"{file.Lines.Length} lines (at most {MaxCodeLines})")] : [];

    public static IEnumerable<Finding> TooLarge(RepositoryFile file) =>
        file.Bytes > MaxBlobBytes ? [new Finding(file.Path, 1, $"{file.Bytes} bytes (at most {MaxBlobBytes})")] : [];

    /// <summary>A name like these tells where something was put, not what it is.</summary>
    public static IEnumerable<Finding> EmptyNames(RepositoryFile file) =>
        from part in file.Path.Split('/')
        where part == file.Name ? ForbiddenFiles.Contains(part) : ForbiddenFolders.Contains(part)
        select new Finding(file.Path, 1, $"'{part}' says nothing about what is in it");

    public static IEnumerable<Finding> LeftoverMarks(RepositoryFile file) => Matches(file, LeftoverMark(), "left over");

    /// <summary>A path that exists on one machine only.</summary>
    public static IEnumerable<Finding> PathsOfOneMachine(RepositoryFile file) => Matches(file, MachinePath(), "a path of one machine");

    public static IEnumerable<Finding> ProjectTooLong(RepositoryFile file) =>
        file.Lines.Length > MaxProjectLines ? [new Finding(file.Path, MaxProjectLines, $"{file.Lines.Length} lines: move what projects share to Directory.Build.props")] : [];

    /// <summary>Versions stand in Directory.Packages.props alone.</summary>
    public static IEnumerable<Finding> VersionInProject(RepositoryFile file) => Matches(file, VersionAttribute(), "a package version outside Directory.Packages.props");

    /// <summary>A relative link in a page leads to a file or folder of the repository.</summary>
    public static IEnumerable<Finding> DeadLinks(RepositoryFile page, Func<string, bool> exists) =>
        from line in page.Lines.Index()
        from Match link in RelativeLink().Matches(line.Item)
        let target = Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(page.Path)!, link.Groups[1].Value))[1..]
        where !exists(target)
        select new Finding(page.Path, line.Index + 1, $"a link to {link.Groups[1].Value}, which is not there");

    private static IEnumerable<Finding> Matches(RepositoryFile file, Regex regex, string what) =>
        file.Lines.Index().Where(line => regex.IsMatch(line.Item)).Select(line => new Finding(file.Path, line.Index + 1, $"{what}: {line.Item.Trim()}"));

    // Written in pieces so that this file does not find itself.
    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")]
    private static partial Regex LeftoverMark();

    [GeneratedRegex("[\"'(` =]/(work|root|home|Users)/[a-z]")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\(([^)#:?]+)(#[^)]*)?\)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"\bVersion(Override)?=")]
    private static partial Regex VersionAttribute();
}

using System.Text;
using System.Xml.Linq;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Packages;

// Danger: a package whose licence nobody has read is shipped to people who must keep to it.
// Invariant: docs/licences.md lists every package that is restored with its licence, and each licence is one of those that were agreed to.
// Method: the list is made from what the restore left and from the packages' own nuspecs, and compared; what it should be is left beside it when it differs.
public sealed class LicenceDocumentTests
{
    private const string Page = "docs/licences.md";
    private const string Begin = "<!-- packages: made from the restore; a test compares -->\n";
    private const string End = "<!-- end of packages -->";

    /// <summary>Licences that a package may have, and which packages alone.</summary>
    private static readonly (string Licence, string Only)[] s_agreed =
    [
        ("MIT", ""), ("Apache-2.0", ""), ("BSD-3-Clause", ""), ("BSD-2-Clause", ""), ("MS-PL OR Apache-2.0", ""), ("PostgreSQL", ""),
        ("LGPL-3.0-or-later", "NetVips.Native"), // A library that is loaded, not linked: it can be replaced by another build of it.
    ];

    [Fact]
    public void The_page_lists_every_package_with_its_licence()
    {
        var text = RepositoryTree.Files.Single(file => file.Path == Page).Text;
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin > Begin.Length && end >= begin, $"{Page} has lost the marks around its tables");
        SkipUnlessRestored();
        var expected = text[..begin] + Render() + text[end..];
        if (text == expected)
            return;
        File.WriteAllText(Path.Combine(RepositoryTree.Root, Path.ChangeExtension(Page, ".received.md")), expected);
        Assert.Fail($"{Page} is not what was restored; licences.received.md beside it is: look at the difference and move it over");
    }

    [Fact]
    public void Each_licence_is_one_that_was_agreed_to()
    {
        SkipUnlessRestored();
        Assert.DoesNotContain(
            RepositoryTree.Projects.SelectMany(RestoredPackage.Of).Distinct(),
            package => !s_agreed.Any(agreed => agreed.Licence == package.Licence && package.Id.StartsWith(agreed.Only, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_package_that_is_named_stands_on_the_page()
    {
        var lines = RepositoryTree.Files.Single(file => file.Path == Page).Lines;
        var named = XDocument.Parse(RepositoryTree.Files.Single(file => file.Path == "Directory.Packages.props").Text).Descendants("PackageVersion")
            .Select(element => $"| `{(string)element.Attribute("Include")!}` | {(string)element.Attribute("Version")!} ");
        Assert.All(named, row => Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal) || IsAmong(line, row)));
    }

    /// <summary>Another version beside it, brought along by another package.</summary>
    private static bool IsAmong(string line, string row)
    {
        var (wanted, given) = (row.Split('|', StringSplitOptions.TrimEntries), line.Split('|', StringSplitOptions.TrimEntries));
        return given.Length > 3 && given[1] == wanted[1] && given[2].Split(", ").Contains(wanted[2]);
    }

    private static void SkipUnlessRestored()
    {
        var missing = RepositoryTree.Projects.Where(project => !File.Exists(RestoredPackage.AssetsOf(project))).Select(project => project.Path).ToList();
        Assert.SkipWhen(missing.Count > 0, $"not restored: {string.Join(", ", missing)}; 'dotnet restore ClipOrleans.sln' does it");
    }

    private static string Render()
    {
        var shipped = PackagesUnder("src/");
        var others = PackagesUnder("").Except(shipped);
        return $"\n## With the product\n{Table(shipped)}\n## For building, testing and measuring alone\n{Table(others)}\n";
    }

    private static HashSet<RestoredPackage> PackagesUnder(string folder) =>
        [.. RepositoryTree.Projects.Where(project => project.Path.StartsWith(folder, StringComparison.Ordinal)).SelectMany(RestoredPackage.Of)];

    private static string Table(IEnumerable<RestoredPackage> packages)
    {
        var text = new StringBuilder("| package | version | licence |\n|---|---|---|\n");
        foreach (var group in packages.GroupBy(package => (package.Id, package.Licence)).OrderBy(group => group.Key.Id, StringComparer.OrdinalIgnoreCase))
            text.Append("| `").Append(group.Key.Id).Append("` | ").AppendJoin(", ", group.Select(package => package.Version).Order(StringComparer.Ordinal)).Append(" | ").Append(group.Key.Licence).Append(" |\n");
        return text.ToString();
    }
}

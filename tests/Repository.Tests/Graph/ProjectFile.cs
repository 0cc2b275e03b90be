using System.Xml.Linq;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Graph;

/// <summary>What a csproj names: other projects, packages (with their PrivateAssets) and shared frameworks.</summary>
internal sealed record ProjectFile(
    string Path, IReadOnlySet<string> Projects, IReadOnlyDictionary<string, string> Packages, IReadOnlySet<string> Frameworks)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public static ProjectFile Read(RepositoryFile file)
    {
        var xml = XDocument.Parse(file.Text);
        return new ProjectFile(
            file.Path,
            Names(xml, "ProjectReference").Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))).ToHashSet(),
            xml.Descendants("PackageReference").ToDictionary(e => (string)e.Attribute("Include")!, e => (string?)e.Attribute("PrivateAssets") ?? ""),
            Names(xml, "FrameworkReference").ToHashSet());
    }

    private static IEnumerable<string> Names(XDocument xml, string element) =>
        xml.Descendants(element).Select(e => (string?)e.Attribute("Include") ?? throw new InvalidDataException($"{element} without Include"));
}

using System.Text.Json;
using System.Xml.Linq;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Packages;

/// <summary>A package as it was restored, with what its nuspec says of its licence.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">As it was restored.</param>
/// <param name="Licence">An SPDX expression; where the package holds a text instead, what the text is.</param>
internal sealed record RestoredPackage(string Id, string Version, string Licence)
{
    /// <summary>The files in which a restore tells what it took: one a project.</summary>
    public static string AssetsOf(RepositoryFile project) =>
        Path.Combine(RepositoryTree.Root, "artifacts", "obj", Path.GetFileNameWithoutExtension(project.Path), "project.assets.json");

    /// <summary>All packages of a project, those that others bring along too.</summary>
    public static IEnumerable<RestoredPackage> Of(RepositoryFile project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(AssetsOf(project)));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        foreach (var library in assets.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package"))
        {
            var path = library.Value.GetProperty("path").GetString()!;
            var folder = folders.Select(root => Path.Combine(root, path)).First(Directory.Exists);
            var (id, version) = (library.Name.Split('/')[0], library.Name.Split('/')[1]);
            yield return new RestoredPackage(id, version, LicenceOf(folder));
        }
    }

    private static string LicenceOf(string folder)
    {
        var metadata = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        var licence = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license");
        return (string?)licence?.Attribute("type") switch
        {
            "expression" => licence!.Value,
            "file" => NameOf(File.ReadAllText(Path.Combine(folder, licence!.Value.Replace('\\', '/')))),
            _ => $"not said ({metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "licenseUrl")?.Value ?? "nothing"})",
        };
    }

    private static string NameOf(string text) =>
        text.Contains("Permission is hereby granted, free of charge, to any person obtaining a copy", StringComparison.Ordinal) ? "MIT"
        : text.Contains("Apache License", StringComparison.Ordinal) && text.Contains("Version 2.0", StringComparison.Ordinal) ? "Apache-2.0"
        : $"a text of its own: {text.Split('\n').First(line => line.Trim().Length > 0).Trim()}";
}

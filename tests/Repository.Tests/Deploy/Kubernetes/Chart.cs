using ClipOrleans.Repository.Tests.Deploy.Templates;
using ClipOrleans.Repository.Tests.Deploy.Yaml;
using ClipOrleans.Repository.Tests.Sources;
using YamlDotNet.Core;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

/// <summary>Our Helm chart, rendered with values as Helm renders it.</summary>
internal static class Chart
{
    public const string Folder = "deploy/chart/";

    /// <summary>The values with which the chart is rendered in tests: name of the file without its ending → its text.</summary>
    public static IReadOnlyDictionary<string, string> Scenarios { get; } = RepositoryTree.Files
        .Where(file => file.Path.StartsWith(Folder + "ci/", StringComparison.Ordinal))
        .ToDictionary(file => file.Name.Replace("-values.yaml", "", StringComparison.Ordinal), file => file.Text);

    public static YamlMap Defaults => (YamlMap)YamlValue.Read(Text("values.yaml"))!;

    public static YamlMap Description => (YamlMap)YamlValue.Read(Text("Chart.yaml"))!;

    public static string Text(string file) => RepositoryTree.Files.Single(one => one.Path == Folder + file).Text;

    /// <summary>Every object of the chart, and the notes for a person.</summary>
    public static (IReadOnlyList<Manifest> Manifests, string Notes) Render(string values, string release = "clip")
    {
        var dot = new YamlMap
        {
            ["Values"] = Merge(Defaults, YamlValue.Read(values) as YamlMap ?? []),
            ["Chart"] = new YamlMap(Description.ToDictionary(pair => char.ToUpperInvariant(pair.Key[0]) + pair.Key[1..], pair => pair.Value)),
            ["Release"] = new YamlMap { ["Name"] = release, ["Namespace"] = "search", ["Service"] = "Helm" },
        };
        var engine = new TemplateEngine();
        var files = RepositoryTree.Files.Where(file => file.Path.StartsWith(Folder + "templates/", StringComparison.Ordinal))
            .Select(file => (file.Name, Nodes: engine.Load(file.Name, file.Text))).ToList();
        var texts = files.Where(file => !file.Name.StartsWith('_')).Select(file => (file.Name, Text: Render(engine, file.Name, file.Nodes, dot))).ToList();
        return ([.. texts.Where(file => file.Name != "NOTES.txt").SelectMany(file => Read(file.Name, file.Text))], texts.Single(file => file.Name == "NOTES.txt").Text);
    }

    /// <summary>Later values win, map by map.</summary>
    public static YamlMap Merge(YamlMap under, YamlMap over)
    {
        var merged = new YamlMap(under, StringComparer.Ordinal);
        foreach (var (key, value) in over)
            merged[key] = value is YamlMap inner && merged.GetValueOrDefault(key) is YamlMap outer ? Merge(outer, inner) : value;
        return merged;
    }

    private static string Render(TemplateEngine engine, string file, IReadOnlyList<Node> nodes, YamlMap dot)
    {
        try
        {
            return engine.Render(nodes, dot);
        }
        catch (TemplateException fault)
        {
            throw new TemplateException($"{file}: {fault.Message}");
        }
    }

    private static IEnumerable<Manifest> Read(string file, string text)
    {
        try
        {
            return YamlValue.ReadAll(text).Select(content => new Manifest(file, (YamlMap)content!));
        }
        catch (YamlException fault)
        {
            throw new TemplateException($"{file}: {fault.Message} at {fault.Start}\n{text}");
        }
    }
}

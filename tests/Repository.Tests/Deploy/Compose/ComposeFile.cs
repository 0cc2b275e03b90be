using ClipOrleans.Repository.Tests.Deploy.Kubernetes;
using ClipOrleans.Repository.Tests.Deploy.Yaml;
using ClipOrleans.Repository.Tests.Sources;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Compose;

/// <summary>A service of a compose file, with what it takes over from anchors put in.</summary>
internal sealed record ComposeService(string Name, YamlMap Content)
{
    public string Image => At("image") as string ?? "";

    public IReadOnlyDictionary<string, string> Environment => (At("environment") as YamlMap ?? []).ToDictionary(pair => pair.Key, pair => pair.Value as string ?? "");

    public IEnumerable<string> Texts(string key) => (At(key) as List<object?> ?? []).OfType<string>();

    /// <summary>The services that it waits for, and until when.</summary>
    public IEnumerable<(string Service, string? Condition)> DependsOn =>
        (At("depends_on") as YamlMap ?? []).Select(pair => (pair.Key, Manifest.Read(pair.Value, "condition") as string));

    public object? At(params string[] path) => Manifest.Read(Content, path);

    public override string ToString() => $"service {Name}";
}

/// <summary>A compose file, read as compose reads it.</summary>
internal sealed record ComposeFile(YamlMap Content)
{
    public IReadOnlyList<ComposeService> Services { get; } =
        [.. ((YamlMap)Content["services"]!).Select(pair => new ComposeService(pair.Key, (YamlMap)pair.Value!))];

    public static ComposeFile Read(RepositoryFile file) => new((YamlMap)Merged(YamlValue.Read(file.Text))!);

    public IReadOnlySet<string> Names(string section) => (Content.GetValueOrDefault(section) as YamlMap ?? []).Keys.ToHashSet();

    /// <summary><c>&lt;&lt;</c> takes over what is not said beside it.</summary>
    private static object? Merged(object? value) => value switch
    {
        YamlMap map => map.TryGetValue("<<", out var under)
            ? new YamlMap(((YamlMap)Merged(under)!).Concat(map.Where(pair => pair.Key != "<<").Select(pair => KeyValuePair.Create(pair.Key, Merged(pair.Value))))
                .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value), StringComparer.Ordinal)
            : new YamlMap(map.ToDictionary(pair => pair.Key, pair => Merged(pair.Value)), StringComparer.Ordinal),
        List<object?> list => list.Select(Merged).ToList(),
        _ => value,
    };
}

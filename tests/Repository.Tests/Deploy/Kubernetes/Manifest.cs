using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

/// <summary>One object as Kubernetes gets it.</summary>
internal sealed record Manifest(string Source, YamlMap Content)
{
    public string Kind => Text("kind") ?? "";

    public string ApiVersion => Text("apiVersion") ?? "";

    public string Name => Text("metadata", "name") ?? "";

    /// <summary>The pods that it makes, if it makes any: their labels and what they are.</summary>
    public Pod? Pod => Kind is "StatefulSet" or "Deployment" or "Job" && At("spec", "template") is YamlMap template ? new Pod(this, template) : null;

    public object? At(params string[] path) => Read(Content, path);

    public string? Text(params string[] path) => At(path) as string;

    public long Number(params string[] path) => At(path) is long number ? number : throw new InvalidDataException($"{this}: {string.Join('.', path)} is no whole number");

    public override string ToString() => $"{Source}: {Kind}/{Name}";

    public static object? Read(object? value, params string[] path) =>
        path.Aggregate(value, (inner, name) => inner is YamlMap map && map.TryGetValue(name, out var next) ? next : null);

    public static IEnumerable<YamlMap> Maps(object? list) => (list as List<object?> ?? []).OfType<YamlMap>();

    /// <summary>Whether labels are all that a selector asks for.</summary>
    public static bool Selects(object? matchLabels, object? labels) =>
        matchLabels is YamlMap { Count: > 0 } wanted && labels is YamlMap given && wanted.All(pair => given.TryGetValue(pair.Key, out var value) && Equals(value, pair.Value));
}

/// <summary>What a pod template makes.</summary>
internal sealed record Pod(Manifest Owner, YamlMap Template)
{
    public object? Labels => Manifest.Read(Template, "metadata", "labels");

    public YamlMap Spec => Manifest.Read(Template, "spec") as YamlMap ?? [];

    /// <summary>shard, encoder, gateway or init.</summary>
    public string Component => Manifest.Read(Labels, "app.kubernetes.io/component") as string ?? "";

    public IReadOnlyList<Container> Containers => [.. Manifest.Maps(Manifest.Read(Spec, "containers")).Select(content => new Container(this, content))];

    public IEnumerable<YamlMap> Volumes => Manifest.Maps(Manifest.Read(Spec, "volumes"));

    public long GraceSeconds => Manifest.Read(Spec, "terminationGracePeriodSeconds") as long? ?? 30;

    public override string ToString() => Owner.ToString();
}

/// <summary>One container of a pod.</summary>
internal sealed record Container(Pod Pod, YamlMap Content)
{
    public string Name => At("name") as string ?? "";

    public string Image => At("image") as string ?? "";

    /// <summary>Environment in the order of the manifest: a value, or null when it comes from elsewhere.</summary>
    public IReadOnlyList<(string Name, string? Value)> Environment =>
        [.. Manifest.Maps(At("env")).Select(variable => ((string)variable["name"]!, variable.GetValueOrDefault("value") as string))];

    public IReadOnlyDictionary<string, long> Ports => Manifest.Maps(At("ports")).ToDictionary(port => (string)port["name"]!, port => (long)port["containerPort"]!);

    public IEnumerable<(string Kind, YamlMap Probe)> Probes =>
        from kind in (string[])["startupProbe", "livenessProbe", "readinessProbe"]
        let probe = At(kind) as YamlMap
        where probe is not null
        select (kind, probe);

    public object? At(params string[] path) => Manifest.Read(Content, path);

    public override string ToString() => $"{Pod} ({Name})";
}

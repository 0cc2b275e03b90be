using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Sources;
using k8s.Models;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

/// <summary>
/// Holds a manifest against the types of the Kubernetes API, as the official client has them: a field that is not there, a
/// value of another type and a field that must be there are found, as the API server would find them.
/// </summary>
internal static partial class KubernetesTypes
{
    private static readonly Dictionary<(string ApiVersion, string Kind), Type> s_kinds = typeof(V1Pod).Assembly.GetTypes()
        .Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(pair => pair.Entity is not null && !pair.Type.Name.EndsWith("List", StringComparison.Ordinal))
        .ToDictionary(pair => ((pair.Entity!.Group.Length > 0 ? pair.Entity.Group + "/" : "") + pair.Entity.ApiVersion, pair.Entity.Kind), pair => pair.Type);

    /// <summary>Texts and objects that the API demands; the client's types cannot say so.</summary>
    private static readonly Dictionary<Type, string[]> s_required = new()
    {
        [typeof(V1ObjectMeta)] = [],
        [typeof(V1StatefulSetSpec)] = ["selector", "template", "serviceName"],
        [typeof(V1DeploymentSpec)] = ["selector", "template"],
        [typeof(V1JobSpec)] = ["template"],
        [typeof(V1PodSpec)] = ["containers"],
        [typeof(V1Container)] = ["name", "image"],
        [typeof(V1EnvVar)] = ["name"],
        [typeof(V1SecretKeySelector)] = ["name", "key"],
        [typeof(V1ObjectFieldSelector)] = ["fieldPath"],
        [typeof(V1VolumeMount)] = ["name", "mountPath"],
        [typeof(V1Volume)] = ["name"],
        [typeof(V1PersistentVolumeClaimVolumeSource)] = ["claimName"],
        [typeof(V1PersistentVolumeClaimSpec)] = ["accessModes", "resources"],
        [typeof(V1HTTPGetAction)] = ["port"],
        [typeof(V1NetworkPolicySpec)] = ["podSelector"],
        [typeof(V1IPBlock)] = ["cidr"],
        [typeof(V2HorizontalPodAutoscalerSpec)] = ["scaleTargetRef", "maxReplicas"],
        [typeof(V2CrossVersionObjectReference)] = ["kind", "name"],
        [typeof(V2MetricTarget)] = ["type"],
        [typeof(V2MetricSpec)] = ["type"],
        [typeof(V1PodDisruptionBudgetSpec)] = ["selector"],
        [typeof(V1TopologySpreadConstraint)] = ["maxSkew", "topologyKey", "whenUnsatisfiable"],
        [typeof(V1SeccompProfile)] = ["type"],
    };

    public static IEnumerable<Finding> Wrong(Manifest manifest) =>
        (s_kinds.TryGetValue((manifest.ApiVersion, manifest.Kind), out var type) ? Look(manifest.Content, type, "") : [$"there is no {manifest.Kind} in {manifest.ApiVersion}"])
        .Select(what => new Finding(manifest.ToString(), 0, what));

    private static IEnumerable<string> Look(object? value, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
            return []; // Nothing said: the same as if the field were not there.
        if (type == typeof(object))
            return [];
        if (type == typeof(IntOrString))
            return value is long or string ? [] : [$"{path}: a number or a name, not {Words(value)}"];
        if (type == typeof(ResourceQuantity))
            return value is long || (value is string text && Quantity().IsMatch(text)) ? [] : [$"{path}: {Words(value)} is no quantity"];
        if (ItemType(type, typeof(IDictionary<,>)) is [_, var valueType])
            return value is YamlMap map ? map.SelectMany(pair => Look(pair.Value, valueType, $"{path}.{pair.Key}")) : [$"{path}: a map, not {Words(value)}"];
        if (ItemType(type, typeof(IList<>)) is [var itemType])
            return value is List<object?> list ? list.SelectMany((item, i) => Look(item, itemType, $"{path}[{i}]")) : [$"{path}: a list, not {Words(value)}"];
        if (type.Namespace == typeof(V1Pod).Namespace)
            return value is YamlMap fields ? LookInside(fields, type, path) : [$"{path}: fields, not {Words(value)}"];
        return Fits(value, type) ? [] : [$"{path}: {type.Name}, not {Words(value)}"];
    }

    private static IEnumerable<string> LookInside(YamlMap fields, Type type, string path)
    {
        var properties = type.GetProperties().Where(property => property.GetCustomAttribute<JsonPropertyNameAttribute>() is not null)
            .ToDictionary(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name);
        foreach (var missing in s_required.GetValueOrDefault(type, []).Concat(properties.Where(pair => IsPlain(pair.Value.PropertyType)).Select(pair => pair.Key)).Distinct())
        {
            if (fields.GetValueOrDefault(missing) is null)
                yield return $"{path}.{missing} is missing";
        }

        foreach (var (name, value) in fields)
        {
            if (!properties.TryGetValue(name, out var property))
                yield return $"{path}.{name}: {type.Name} has no such field";
            foreach (var found in property is null ? [] : Look(value, property.PropertyType, $"{path}.{name}"))
                yield return found;
        }
    }

    /// <summary>A number or truth value that the type does not let be absent.</summary>
    private static bool IsPlain(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(bool);

    private static bool Fits(object value, Type type) =>
        type == typeof(string) ? value is string
        : type == typeof(bool) ? value is bool
        : type == typeof(int) ? value is long and >= int.MinValue and <= int.MaxValue
        : type == typeof(long) ? value is long
        : type == typeof(double) ? value is long or double
        : throw new NotSupportedException($"{type} is a type of the API that this check does not know");

    private static Type[] ItemType(Type type, Type collection) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == collection ? type.GetGenericArguments() : [];

    private static string Words(object? value) => value switch
    {
        null => "nothing",
        string text => $"the text '{text}'",
        ICollection => "a list or a map",
        _ => $"{value}",
    };

    [GeneratedRegex(@"^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$")]
    private static partial Regex Quantity();
}

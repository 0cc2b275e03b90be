using ClipOrleans.Repository.Tests.Deploy.Yaml;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

// Danger: a rule about manifests whose path is misspelt passes for ever.
// Invariant: each rule, and the comparison with the API's types, finds its offence.
// Method: the chart as it is rendered, with one thing put wrong at a time.
public sealed class ManifestRulesFireTests
{
    private static string Rendered { get; } = string.Join("\n---\n", Chart.Render(Chart.Scenarios["minimal"]).Manifests.Select(manifest => YamlValue.Write(manifest.Content)));

    [Theory]
    [InlineData("name", "name: clip-cliporleans-gateway", "name: Gateway_")]
    [InlineData("twice", "name: clip-cliporleans-encoder", "name: clip-cliporleans-gateway")]
    [InlineData("confined", "runAsUser: 1654", "runAsUser: 0")]
    [InlineData("confined", "runAsUser: 101", "runAsUser: 0")]
    [InlineData("confined", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")]
    [InlineData("confined", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")]
    [InlineData("confined", "type: RuntimeDefault", "type: Unconfined")]
    [InlineData("confined", "enableServiceLinks: false", "hostNetwork: true")]
    [InlineData("confined", "      automountServiceAccountToken: false", "      automountServiceAccountToken: true")]
    [InlineData("image", ":1.28.0-alpine", ":stable")]
    [InlineData("resources", "limits:\n            cpu: \"4\"", "limits:\n            other: 1")]
    [InlineData("probes", "startupProbe:", "dnsPolicy:")]
    [InlineData("probes", "port: management", "port: api2")]
    [InlineData("probes", "path: /health/live", "path: /health/ready")]
    [InlineData("mounts", "mountPath: /tmp\n          name: tmp", "mountPath: /tmp\n          name: temp")]
    [InlineData("mounts", "mountPath: /tmp", "mountPath: /temp")]
    [InlineData("environment", "name: POD_IP", "name: POD_NAME")]
    [InlineData("environment", "value: redis", "value: \"redis,password=x\"")]
    [InlineData("selector", "app.kubernetes.io/component: shard", "app.kubernetes.io/component: encoder")]
    [InlineData("ports", "targetPort: api", "targetPort: http")]
    [InlineData("references", "serviceName: clip-cliporleans-shard", "serviceName: clip-cliporleans-shards")]
    [InlineData("references", "claimName: clip-cliporleans-data", "claimName: clip-cliporleans-date")]
    [InlineData("scaling", "kind: Deployment\n    name: clip-cliporleans-gateway", "kind: StatefulSet\n    name: clip-cliporleans-gateway")]
    [InlineData("scaling", "maxReplicas: 10", "maxReplicas: 1")]
    [InlineData("budget", "kind: PodDisruptionBudget", "kind: PodDisruption")]
    public void A_rule_finds_its_offence(string rule, string innocent, string guilty) =>
        Assert.Contains(rule, ManifestRules.All(With(innocent, guilty)).Select(pair => pair.Rule));

    [Theory]
    [InlineData("replicas: 3", "replicas: three", ".spec.replicas: Int32")]
    [InlineData("containerPort: 8081", "containerPort: \"8081\"", "containerPort: Int32")]
    [InlineData("minReadySeconds: 10", "minReadySecond: 10", "no such field")]
    [InlineData("claimName:", "claim:", ".claimName is missing")]
    [InlineData("kind: StatefulSet", "kind: StatefullSet", "there is no StatefullSet")]
    [InlineData("storage: \"100Gi\"", "storage: 100GB", "no quantity")]
    [InlineData("prometheus.io/scrape: \"true\"", "prometheus.io/scrape: true", "String")]
    [InlineData("serviceName: clip-cliporleans-shard", "podManagementPolicy2: x", ".serviceName is missing")]
    public void A_manifest_of_another_type_is_found(string innocent, string guilty, string words) =>
        Assert.Contains(With(innocent, guilty).SelectMany(KubernetesTypes.Wrong), finding => finding.What.Contains(words, StringComparison.Ordinal));

    private static List<Manifest> With(string innocent, string guilty)
    {
        Assert.Contains(innocent, Rendered, StringComparison.Ordinal);
        return [.. YamlValue.ReadAll(Rendered.Replace(innocent, guilty, StringComparison.Ordinal)).Select(content => new Manifest("test", (YamlMap)content!))];
    }
}

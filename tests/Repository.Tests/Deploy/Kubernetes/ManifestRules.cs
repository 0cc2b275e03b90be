using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Deploy.Image;
using ClipOrleans.Repository.Tests.Sources;
using YamlMap = System.Collections.Generic.SortedDictionary<string, object?>;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

/// <summary>What the types cannot say: that containers are confined, that selectors select, that names name something.</summary>
internal static partial class ManifestRules
{
    public static IEnumerable<(string Rule, Finding Finding)> All(IReadOnlyList<Manifest> manifests)
    {
        var pods = manifests.Select(manifest => manifest.Pod).OfType<Pod>().ToList();
        var containers = pods.SelectMany(pod => pod.Containers).ToList();
        (string Rule, IEnumerable<Finding> Findings)[] rules =
        [
            ("name", manifests.SelectMany(Names)),
            ("twice", manifests.GroupBy(manifest => (manifest.Kind, manifest.Name)).Where(group => group.Count() > 1).Select(group => Of(group.First(), "it is there twice"))),
            ("confined", pods.SelectMany(Confinement).Concat(containers.SelectMany(Confinement))),
            ("image", containers.Where(container => !ContainerFileRules.IsPinned(container.Image)).Select(container => Of(container, $"{container.Image} is another image tomorrow"))),
            ("resources", containers.SelectMany(Resources)),
            ("probes", containers.Where(container => container.Pod.Owner.Kind != "Job").SelectMany(Probes)),
            ("mounts", containers.SelectMany(Mounts)),
            ("environment", containers.SelectMany(Environment)),
            ("selector", manifests.SelectMany(manifest => Selectors(manifest, pods))),
            ("ports", manifests.Where(manifest => manifest.Kind == "Service").SelectMany(service => Ports(service, pods))),
            ("references", pods.SelectMany(pod => References(pod, manifests))),
            ("scaling", manifests.SelectMany(manifest => Scaling(manifest, manifests))),
            ("budget", pods.Where(pod => pod.Owner.Kind != "Job").SelectMany(pod => Guarded(pod, manifests, "PodDisruptionBudget"))),
        ];
        return rules.SelectMany(rule => rule.Findings, (rule, finding) => (rule.Rule, finding));
    }

    private static IEnumerable<Finding> Names(Manifest manifest)
    {
        if (!DnsLabel().IsMatch(manifest.Name) || manifest.Name.Length > 63)
            yield return Of(manifest, $"'{manifest.Name}' is no name");
        var labels = (manifest.At("metadata", "labels") as YamlMap ?? []).Concat(manifest.Pod?.Labels as YamlMap ?? []);
        foreach (var (key, value) in labels.Where(label => label.Value is not string text || text.Length > 63 || !Label().IsMatch(text)))
            yield return Of(manifest, $"the label {key} cannot be '{value}'");
    }

    private static IEnumerable<Finding> Confinement(Pod pod)
    {
        if (Manifest.Read(pod.Spec, "securityContext", "runAsNonRoot") is not true || Manifest.Read(pod.Spec, "securityContext", "runAsUser") is not > 0L)
            yield return Of(pod.Owner, "its pods may run as root");
        if (Manifest.Read(pod.Spec, "securityContext", "seccompProfile", "type") is not "RuntimeDefault")
            yield return Of(pod.Owner, "no seccomp profile");
        if (Manifest.Read(pod.Spec, "automountServiceAccountToken") is not false)
            yield return Of(pod.Owner, "a token of the API server is mounted");
        foreach (var shared in (string[])["hostNetwork", "hostPID", "hostIPC"])
        {
            if (Manifest.Read(pod.Spec, shared) is not null)
                yield return Of(pod.Owner, shared);
        }

        if (pod.Volumes.Any(volume => volume.ContainsKey("hostPath")))
            yield return Of(pod.Owner, "a folder of the node is mounted");
    }

    private static IEnumerable<Finding> Confinement(Container container)
    {
        if (container.At("securityContext", "readOnlyRootFilesystem") is not true)
            yield return Of(container, "its root file system can be written");
        if (container.At("securityContext", "allowPrivilegeEscalation") is not false || container.At("securityContext", "privileged") is true)
            yield return Of(container, "it may become privileged");
        if ((container.At("securityContext", "capabilities", "drop") as List<object?>) is not ["ALL"] || container.At("securityContext", "capabilities", "add") is not null)
            yield return Of(container, "it keeps capabilities");
        if (container.At("securityContext", "runAsUser") is 0L)
            yield return Of(container, "it runs as root");
    }

    private static IEnumerable<Finding> Resources(Container container) =>
        from kind in (string[])["requests", "limits"]
        from what in (string[])["cpu", "memory"]
        where container.At("resources", kind, what) is null
        select Of(container, $"no {kind} of {what}");

    /// <summary>Alive is what the process says of itself: a cluster that is away must not have every pod restarted.</summary>
    private static IEnumerable<Finding> Probes(Container container)
    {
        foreach (var missing in ((string[])["startupProbe", "livenessProbe", "readinessProbe"]).Except(container.Probes.Select(probe => probe.Kind)))
            yield return Of(container, $"no {missing}");
        foreach (var (kind, probe) in container.Probes)
        {
            var path = Manifest.Read(probe, "httpGet", "path") as string;
            if (Manifest.Read(probe, "httpGet", "port") is not string port || !container.Ports.ContainsKey(port))
                yield return Of(container, $"{kind} asks a port that the container does not have");
            if (kind != "readinessProbe" && path is not ("/health/live" or "/proxy-health"))
                yield return Of(container, $"{kind} asks {path}, which says more than whether the process lives");
        }
    }

    private static IEnumerable<Finding> Mounts(Container container)
    {
        var volumes = container.Pod.Volumes.Select(volume => volume["name"]).ToHashSet();
        var mounts = Manifest.Maps(container.At("volumeMounts")).ToList();
        foreach (var mount in mounts.Where(mount => !volumes.Contains(mount["name"])))
            yield return Of(container, $"there is no volume {mount["name"]}");
        if (mounts.Select(mount => mount["mountPath"]).Distinct().Count() < mounts.Count)
            yield return Of(container, "two volumes are mounted at one place");
        if (mounts.All(mount => mount["mountPath"] is not "/tmp"))
            yield return Of(container, "no /tmp that can be written");
        var used = container.Pod.Containers.SelectMany(one => Manifest.Maps(one.At("volumeMounts"))).Select(mount => mount["name"]).ToHashSet();
        foreach (var unused in volumes.Except(used))
            yield return Of(container, $"nobody mounts the volume {unused}");
    }

    private static IEnumerable<Finding> Environment(Container container)
    {
        var names = container.Environment.Select(variable => variable.Name).ToList();
        return names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => Of(container, $"{group.Key} is set twice"))
            .Concat(container.Environment.Where(variable => variable.Value is { } value && value.Contains("password", StringComparison.OrdinalIgnoreCase))
                .Select(variable => Of(container, $"{variable.Name} shows a password: it belongs into a Secret")));
    }

    private static IEnumerable<Finding> Selectors(Manifest manifest, List<Pod> pods)
    {
        object?[] wanted = manifest.Kind switch
        {
            "StatefulSet" or "Deployment" or "PodDisruptionBudget" => [manifest.At("spec", "selector", "matchLabels")],
            "Service" => [manifest.At("spec", "selector")],
            "NetworkPolicy" => [manifest.At("spec", "podSelector", "matchLabels"), .. OwnPeers(manifest)],
            _ => [],
        };
        return from selector in wanted
               let selected = pods.Where(pod => Manifest.Selects(selector, pod.Labels)).ToList()
               where selected.Count != 1 || (manifest.Pod is { } own && selected[0].Owner != own.Owner)
               select Of(manifest, $"a selector selects {(selected.Count == 0 ? "nothing" : string.Join(", ", selected))}");
    }

    /// <summary>Peers of a network policy that are pods of this release; others are the operator's matter.</summary>
    private static IEnumerable<object?> OwnPeers(Manifest policy) =>
        from direction in (string[])["ingress", "egress"]
        from rule in Manifest.Maps(policy.At("spec", direction))
        from peer in Manifest.Maps(rule.GetValueOrDefault("from") ?? rule.GetValueOrDefault("to"))
        let labels = Manifest.Read(peer, "podSelector", "matchLabels")
        where Manifest.Read(labels, "app.kubernetes.io/name") is not null
        select labels;

    private static IEnumerable<Finding> Ports(Manifest service, List<Pod> pods) =>
        from port in Manifest.Maps(service.At("spec", "ports"))
        let target = port["targetPort"]
        where !pods.Where(pod => Manifest.Selects(service.At("spec", "selector"), pod.Labels))
            .Any(pod => pod.Containers.Any(container => target is string name && container.Ports.ContainsKey(name)))
        select Of(service, $"no pod has the port {target}");

    /// <summary>What a pod names and is part of the release is there.</summary>
    private static IEnumerable<Finding> References(Pod pod, IReadOnlyList<Manifest> manifests)
    {
        var own = manifests.Select(manifest => (manifest.Kind, manifest.Name)).ToHashSet();
        var prefix = pod.Owner.Name[..^(pod.Component.Length + 1)];
        var named = pod.Volumes.Select(volume => ("ConfigMap", Manifest.Read(volume, "configMap", "name") as string))
            .Concat(pod.Volumes.Select(volume => ("PersistentVolumeClaim", Manifest.Read(volume, "persistentVolumeClaim", "claimName") as string)))
            .Concat(pod.Containers.SelectMany(container => Manifest.Maps(container.At("env"))).Select(variable => ("Secret", Manifest.Read(variable, "valueFrom", "secretKeyRef", "name") as string)))
            .Append(("ServiceAccount", Manifest.Read(pod.Spec, "serviceAccountName") as string))
            .Append(("Service", Manifest.Read(pod.Owner.Content, "spec", "serviceName") as string));
        return named.Where(reference => reference.Item2 is { } name && name.StartsWith(prefix, StringComparison.Ordinal) && !own.Contains((reference.Item1, name)))
            .Select(reference => Of(pod.Owner, $"there is no {reference.Item1} {reference.Item2}"));
    }

    /// <summary>An autoscaler has a target, and the target's number is left to it.</summary>
    private static IEnumerable<Finding> Scaling(Manifest scaler, IReadOnlyList<Manifest> manifests)
    {
        if (scaler.Kind != "HorizontalPodAutoscaler")
            return [];
        var target = manifests.FirstOrDefault(one => one.Kind == scaler.Text("spec", "scaleTargetRef", "kind") && one.Name == scaler.Text("spec", "scaleTargetRef", "name"));
        return target is null ? [Of(scaler, "it scales nothing")]
            : target.At("spec", "replicas") is not null ? [Of(target, "its number is set here and by the autoscaler")]
            : scaler.Number("spec", "minReplicas") > scaler.Number("spec", "maxReplicas") ? [Of(scaler, "least above most")]
            : [];
    }

    private static IEnumerable<Finding> Guarded(Pod pod, IReadOnlyList<Manifest> manifests, string kind) =>
        manifests.Any(manifest => manifest.Kind == kind && Manifest.Selects(manifest.At("spec", "selector", "matchLabels"), pod.Labels)) ? [] : [Of(pod.Owner, $"no {kind}")];

    private static Finding Of(object where, string what) => new($"{where}", 0, what);

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")]
    private static partial Regex Label();
}

using System.Globalization;
using System.Text.RegularExpressions;
using ClipOrleans.Repository.Tests.Deploy.Settings;
using ClipOrleans.Repository.Tests.Deploy.Templates;
using ClipOrleans.Repository.Tests.Deploy.Yaml;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Kubernetes;

// Danger: a chart that no machine of ours can install fails at the customer's: a field misspelt, a selector that selects nothing, a pod that is killed while it hands its shards over.
// Invariant: whatever the values, each manifest is of the API's types, and the rules of ManifestRules hold.
// Method: the chart rendered with every file of deploy/chart/ci; offences put into what was rendered, each found.
public sealed partial class ChartTests
{
    public static TheoryData<string> Scenarios { get; } = [.. Chart.Scenarios.Keys];

    /// <summary>How long the process takes at most to close, as src/Silo has it.</summary>
    internal static int ShutdownSeconds { get; } = RepositoryTree.Code.Where(file => file.Path.StartsWith("src/Silo/", StringComparison.Ordinal))
        .Select(file => Shutdown().Match(file.Text)).Where(match => match.Success)
        .Select(match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * (match.Groups[1].Value == "Minutes" ? 60 : 1)).Single();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Every_manifest_is_of_the_types_of_the_API(string scenario) =>
        Finding.AssertNone(Render(scenario).SelectMany(KubernetesTypes.Wrong));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void No_manifest_breaks_a_rule(string scenario) =>
        Finding.AssertNone(ManifestRules.All(Render(scenario)).Select(pair => pair.Finding));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_pod_has_the_time_to_give_its_shards_away(string scenario)
    {
        foreach (var pod in Pods(scenario).Where(pod => pod.Component != "init"))
        {
            var stops = pod.Containers.Select(container => container.At("lifecycle", "preStop", "sleep", "seconds") as long? ?? 0).ToList();
            Assert.True(pod.GraceSeconds > stops.Max() + ShutdownSeconds, $"{pod}: {pod.GraceSeconds} s for {stops.Max()} s of serving on and {ShutdownSeconds} s of closing");
            Assert.All(stops.Skip(1), stop => Assert.True(stop < stops[0], $"{pod}: the proxy takes requests for {stop} s, the gateway for {stops[0]} s"));
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Every_variable_is_a_setting(string scenario) =>
        Assert.All(Pods(scenario).SelectMany(pod => pod.Containers).SelectMany(container => container.Environment), variable => Assert.True(SettingNames.IsRead(variable.Name), $"{variable.Name} is read by nobody"));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Each_role_runs_where_it_belongs(string scenario)
    {
        var pods = Pods(scenario).Where(pod => pod.Component != "init").ToDictionary(pod => pod.Component);
        Assert.Equal(["encoder", "gateway", "shard"], pods.Keys.Order());
        foreach (var (component, pod) in pods)
        {
            Assert.Contains(("ClipOrleans__Roles", component), pod.Containers[0].Environment);
            var claims = pod.Volumes.Where(volume => Manifest.Read(volume, "name") is "data").Select(volume => Manifest.Read(volume, "persistentVolumeClaim", "claimName"));
            Assert.Equal(component == "shard", claims.Single() is string);
        }

        Assert.Equal("StatefulSet", pods["shard"].Owner.Kind);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_password_is_in_the_Secret_only(string scenario)
    {
        var telling = Render(scenario).Where(manifest => YamlValue.Write(manifest.Content).Contains("example", StringComparison.Ordinal) && Manifest.Read(YamlValue.Read(Chart.Scenarios[scenario]), "cluster", "connectionString") is string);
        Assert.All(telling, manifest => Assert.Equal("Secret", manifest.Kind));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Between_the_pods_only_the_ports_of_the_cluster_are_open(string scenario)
    {
        var manifests = Render(scenario);
        var pods = Pods(scenario).ToDictionary(pod => pod.Component);
        var cluster = new[] { pods["shard"].Containers[0].Ports["silo"], pods["shard"].Containers[0].Ports["silo-gateway"] };
        var open = from policy in manifests.Where(manifest => manifest.Kind == "NetworkPolicy")
                   from rule in Manifest.Maps(policy.At("spec", "ingress"))
                   from port in Manifest.Maps(rule["ports"])
                   select (Port: (long)port["port"]!, From: Manifest.Maps(rule.GetValueOrDefault("from")).ToList());
        Assert.NotEmpty(open);
        Assert.All(open.Where(rule => cluster.Contains(rule.Port)), rule =>
        {
            Assert.NotEmpty(rule.From);
            Assert.All(rule.From, peer => Assert.NotNull(Manifest.Read(peer, "podSelector", "matchLabels", "app.kubernetes.io/component")));
        });
        Assert.Subset(new HashSet<long>(cluster) { 8081, pods["gateway"].Containers[1].Ports["api"] }, open.Select(rule => rule.Port).ToHashSet());
    }

    [Fact]
    public void The_volume_is_mounted_by_all_shard_pods_and_outlives_the_release()
    {
        var claim = Render("minimal").Single(manifest => manifest.Kind == "PersistentVolumeClaim");
        Assert.Equal(["ReadWriteMany"], (List<object?>)claim.At("spec", "accessModes")!);
        Assert.Equal("keep", claim.At("metadata", "annotations", "helm.sh/resource-policy"));
        Assert.DoesNotContain(Render("fixed"), manifest => manifest.Kind == "PersistentVolumeClaim");
    }

    [Fact]
    public void The_tables_of_PostgreSQL_are_made_before_the_pods_and_after_the_Secret()
    {
        var manifests = Render("postgres");
        var job = manifests.Single(manifest => manifest.Kind == "Job");
        var secret = manifests.Single(manifest => manifest.Kind == "Secret");
        Assert.All((Manifest[])[job, secret], manifest => Assert.Equal("pre-install,pre-upgrade", manifest.At("metadata", "annotations", "helm.sh/hook")));
        Assert.True(Weight(secret) < Weight(job));
        Assert.DoesNotContain(Render("minimal").Concat(Render("fixed")), manifest => manifest.Kind == "Job");

        static int Weight(Manifest manifest) => int.Parse(manifest.Text("metadata", "annotations", "helm.sh/hook-weight")!, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("{}", "gateways.proxy.htpasswdSecret")]
    [InlineData("gateways: {proxy: {anonymous: true}}", "cluster.connectionString")]
    [InlineData("gateways: {proxy: {anonymous: true}}\ncluster: {existingSecret: x, tls: {enabled: true}}", "cluster.tls.secretName")]
    [InlineData("auth: {mode: keys}\ncluster: {existingSecret: x}", "auth.operatorKeySecret")]
    public void What_has_to_be_said_is_asked_for(string values, string key) =>
        Assert.Contains(key, Assert.Throws<TemplateException>(() => Chart.Render(values)).Message, StringComparison.Ordinal);

    [Fact]
    public void Somebody_asks_who_is_there_and_only_one_does()
    {
        foreach (var (scenario, proxyAsks, apiAsks) in ((string, bool, bool)[])[("minimal", true, false), ("keys", false, true), ("closed", false, false)])
        {
            var gateway = Pods(scenario).Single(pod => pod.Component == "gateway").Containers[0];
            var proxy = Render(scenario).Single(manifest => manifest.Kind == "ConfigMap").Text("data", "nginx.conf")!;
            Assert.Equal(apiAsks, gateway.Environment.Contains(("ClipOrleans__Auth__Mode", "keys")));
            Assert.Equal(proxyAsks, proxy.Contains("auth_basic_user_file", StringComparison.Ordinal));
            // Keys go on; a name and a password, which are the proxy's, do not.
            Assert.Contains("map $http_authorization $api_key {\n    default \"\";\n    \"~*^bearer \" $http_authorization;\n  }", proxy, StringComparison.Ordinal);
            Assert.Contains("proxy_set_header Authorization $api_key;", proxy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_notes_say_what_is_open()
    {
        Assert.Contains("Nobody is asked", Chart.Render(Chart.Scenarios["closed"]).Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("Nobody is asked", Chart.Render(Chart.Scenarios["tls"]).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_releases_meet_nowhere()
    {
        var one = Chart.Render(Chart.Scenarios["minimal"], "one").Manifests.Select(manifest => (manifest.Kind, manifest.Name)).ToHashSet();
        var cliporleans = Chart.Render(Chart.Scenarios["minimal"], "cliporleans").Manifests.Select(manifest => (manifest.Kind, manifest.Name));
        Assert.Empty(one.Intersect(cliporleans));
        Finding.AssertNone(ManifestRules.All(Chart.Render(Chart.Scenarios["minimal"], new string('a', 53)).Manifests).Select(pair => pair.Finding));
    }

    private static IReadOnlyList<Manifest> Render(string scenario) => Chart.Render(Chart.Scenarios[scenario]).Manifests;

    private static IEnumerable<Pod> Pods(string scenario) => Render(scenario).Select(manifest => manifest.Pod).OfType<Pod>();

    [GeneratedRegex(@"s_shutdown = TimeSpan\.From(Minutes|Seconds)\((\d+)\)")]
    private static partial Regex Shutdown();
}

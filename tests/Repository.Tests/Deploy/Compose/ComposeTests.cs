using System.Globalization;
using ClipOrleans.Repository.Tests.Deploy.Image;
using ClipOrleans.Repository.Tests.Deploy.Kubernetes;
using ClipOrleans.Repository.Tests.Sources;

namespace ClipOrleans.Repository.Tests.Deploy.Compose;

// Danger: the first cluster that somebody starts is this one; a key misspelt there is found by him.
// Invariant: compose.yaml keeps to the specification and to the rules of ComposeRules; it is the cluster that it says it is.
// Method: read it with its anchors put in; each rule is shown to fire.
public sealed class ComposeTests
{
    private const string Folder = "deploy/compose/";

    private static RepositoryFile File { get; } = RepositoryTree.Files.Single(file => file.Path == Folder + "compose.yaml");

    private static ComposeFile Ours { get; } = ComposeFile.Read(File);

    [Fact]
    public void Our_compose_file_breaks_no_rule() => Finding.AssertNone(ComposeRules.All(Ours, Exists).Select(pair => pair.Finding));

    [Theory]
    [InlineData("form", "mem_limit: 512m", "mem_limits: 512m")]
    [InlineData("form", "replicas: 3", "replicas: three")]
    [InlineData("form", "stop_grace_period: 210s", "stop_grace_period: 210")]
    [InlineData("form", "volumes:\n  data", "volume:\n  data")]
    [InlineData("form", "Management__Port: \"8081\"", "Management__Port: 8081")]
    [InlineData("form", "service_healthy", "healthy")]
    [InlineData("names", "networks: [cluster]", "networks: [clusters]")]
    [InlineData("names", "service:gateway", "service:gate")]
    [InlineData("names", "data:/data\"]", "date:/data\"]")]
    [InlineData("names", "./nginx.conf:", "./proxy.conf:")]
    [InlineData("names", "deploy/Dockerfile", "deploy/Containerfile")]
    [InlineData("confined", "read_only: true", "read_only: false")]
    [InlineData("confined", "cap_drop: [ALL]", "cap_drop: [NET_RAW]")]
    [InlineData("confined", "no-new-privileges:true", "seccomp:unconfined")]
    [InlineData("confined", "    user: \"999:1000\"\n", "")]
    [InlineData("confined", "cpus: 2", "pids_limit: 1")]
    [InlineData("image", "redis:7.4.2-alpine", "redis:alpine")]
    [InlineData("health", "healthcheck: &ready", "x-ready: &ready")]
    [InlineData("settings", "ClipOrleans__Roles", "ClipOrleans__Role")]
    [InlineData("open", "127.0.0.1:8080:8443", "8080:8443")]
    public void A_rule_finds_its_offence(string rule, string innocent, string guilty)
    {
        Assert.Contains(innocent, File.Text, StringComparison.Ordinal);
        var wrong = ComposeFile.Read(RepositoryFile.Of(File.Path, File.Text.Replace(innocent, guilty, StringComparison.Ordinal)));
        Assert.Contains(rule, ComposeRules.All(wrong, Exists).Select(pair => pair.Rule));
    }

    [Fact]
    public void It_is_a_gateway_three_silos_an_encoder_and_Redis()
    {
        var roles = Ours.Services.Where(service => service.Environment.ContainsKey("ClipOrleans__Roles"))
            .ToDictionary(service => service.Environment["ClipOrleans__Roles"], service => service.At("deploy", "replicas") as long? ?? 1);
        Assert.Equal(new Dictionary<string, long> { ["encoder"] = 1, ["gateway"] = 1, ["shard"] = 3 }, roles.OrderBy(pair => pair.Key).ToDictionary());
        Assert.Equal(["gateway", "proxy"], Ours.Services.Where(service => service.At("ports") is not null || service.At("network_mode") is not null).Select(service => service.Name));
        Assert.Equal(["shard"], Ours.Services.Where(service => service.Texts("volumes").Any(volume => volume.StartsWith("data:", StringComparison.Ordinal))).Select(service => service.Name));
    }

    [Fact]
    public void Silos_reach_nothing_outside() => Assert.All(Ours.Services.Where(service => service.Name is "redis" or "shard" or "encoder"), service =>
    {
        Assert.Equal(["cluster"], service.Texts("networks"));
        Assert.Equal(true, Manifest.Read(Ours.Content, "networks", "cluster", "internal"));
    });

    [Fact]
    public void A_container_has_the_time_to_give_its_shards_away() => Assert.All(Ours.Services.Where(service => service.At("build") is not null), service =>
    {
        var grace = (string)service.At("stop_grace_period")!;
        Assert.True(int.Parse(grace.TrimEnd('s'), CultureInfo.InvariantCulture) > ChartTests.ShutdownSeconds, $"{service}: {grace}");
    });

    [Fact]
    public void The_image_and_the_proxy_are_those_of_the_chart()
    {
        var (manifests, _) = Chart.Render("{cluster: {connectionString: x}, gateways: {proxy: {anonymous: true}}}");
        var containers = manifests.Select(manifest => manifest.Pod).OfType<Pod>().SelectMany(pod => pod.Containers).Select(container => container.Image).ToHashSet();
        Assert.Subset(containers, Ours.Services.Where(service => service.Name != "redis").Select(service => service.Image).ToHashSet());
        var config = manifests.Single(manifest => manifest.Kind == "ConfigMap").Text("data", "nginx.conf")!;
        Assert.Equal(config.Trim(), RepositoryTree.Files.Single(file => file.Path == Folder + "nginx.conf").Text.Trim());
        Assert.All(ContainerFile.Read(RepositoryTree.Files.Single(file => file.Path == "deploy/Dockerfile")).Last.All("EXPOSE").Single().Words, port => Assert.Contains(port, (string[])["8080", "8081", "11111", "30000"]));
    }

    private static bool Exists(string path) => RepositoryTree.Exists(Path.GetRelativePath(RepositoryTree.Root, Path.GetFullPath(Path.Combine(RepositoryTree.Root, Folder, path))));
}

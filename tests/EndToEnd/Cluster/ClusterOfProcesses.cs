using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster;

/// <summary>One gateway, two shard silos and an encoder on loopback, over one folder and one store.</summary>
internal sealed class ClusterOfProcesses : IAsyncDisposable
{
    private readonly string[] _settings;
    private readonly string _data;

    private ClusterOfProcesses(string data, string[] settings)
    {
        _data = data;
        _settings = settings;
        Gateway = Launch("gateway");
        Shards = [Launch("shard"), Launch("shard")];
        Encoder = Launch("encoder");
    }

    public SiloProcess Gateway { get; }

    public SiloProcess[] Shards { get; }

    public SiloProcess Encoder { get; private set; }

    public Api Api => Gateway.Api;

    private IEnumerable<SiloProcess> All => [Gateway, .. Shards, Encoder];

    /// <summary>The settings that make processes one cluster.</summary>
    public static string[] Store(string provider, string connectionString) =>
        [$"--Cluster:Provider={provider}", $"--Cluster:ConnectionString={connectionString}", "--Cluster:AdvertisedAddress=127.0.0.1"];

    /// <summary>The settings that let in only who has a certificate of the authority whose files are in a folder.</summary>
    public static string[] Tls(string folder) =>
        ["--Cluster:Tls:Mode=require", $"--Cluster:Tls:CertificatePath={folder}/tls.crt", $"--Cluster:Tls:KeyPath={folder}/tls.key", $"--Cluster:Tls:CaPath={folder}/ca.crt"];

    public static async Task<ClusterOfProcesses> StartAsync(string data, params string[] settings)
    {
        var cluster = new ClusterOfProcesses(data, settings);
        foreach (var process in cluster.All)
            Assert.True(await process.UntilReadyOrEndedAsync(), process.Process.Output);
        await cluster.UntilAllRolesAreKnownAsync();
        return cluster;
    }

    public async Task StartEncoderAgainAsync()
    {
        Encoder = Launch("encoder");
        Assert.True(await Encoder.UntilReadyOrEndedAsync(), Encoder.Process.Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in All)
            await process.DisposeAsync();
    }

    /// <summary>A gateway learns within seconds that somebody does what nobody did.</summary>
    private Task UntilAllRolesAreKnownAsync() => Deadline.UntilAsync(
        async () => (int)(await Api.GetAsync("v1/models")).Status == 200 && (int)(await Api.GetAsync("v1/indexes")).Status == 200,
        Deadline.Long,
        () => $"every role known.\n{Gateway.Process.Output}");

    private SiloProcess Launch(string roles) => SiloProcess.Launch(_data, [.. _settings, $"--Roles={roles}"]);
}

using ClipOrleans.EndToEnd.Cluster.Network;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster;

/// <summary>How many processes of each role there are at first.</summary>
internal sealed record ClusterLayout(int Gateways, int Shards, int Encoders);

/// <summary>The built program in parts on loopback: each process with ports of its own, all over one store and one folder.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    /// <summary>A gateway that was asked to stop serves on for so long: the clients of the tests look whether it is ready ten times a second.</summary>
    private const string Drain = "--Shutdown:DrainSeconds=1";

    private readonly string _data;
    private readonly string[] _settings;
    private readonly TestNetwork? _network;
    private readonly Dictionary<string, SiloProcess> _members = new(StringComparer.Ordinal);

    private ClusterProcesses(string data, string[] settings, TestNetwork? network) => (_data, _settings, _network) = (data, settings, network);

    /// <summary>The first gateway that runs.</summary>
    public Api Api => Gateways.First().Api;

    /// <summary>All processes by name, dead ones too.</summary>
    public IReadOnlyDictionary<string, SiloProcess> Members => _members;

    /// <summary>Those that run.</summary>
    public IEnumerable<SiloProcess> Gateways => Of("gateway").Where(gateway => !gateway.Process.HasExited);

    public IEnumerable<SiloProcess> Shards => Of("shard");

    public IEnumerable<SiloProcess> Encoders => Of("encoder");

    /// <summary>The settings that make processes one cluster.</summary>
    public static string[] Store(string provider, string connectionString) =>
        [$"--Cluster:Provider={provider}", $"--Cluster:ConnectionString={connectionString}", "--Cluster:AdvertisedAddress=127.0.0.1"];

    /// <summary>The settings that let in only who has a certificate of the authority whose files are in a folder.</summary>
    public static string[] Tls(string folder) =>
        ["--Cluster:Tls:Mode=require", $"--Cluster:Tls:CertificatePath={folder}/tls.crt", $"--Cluster:Tls:KeyPath={folder}/tls.key", $"--Cluster:Tls:CaPath={folder}/ca.crt"];

    /// <param name="data">The folder that all share.</param>
    /// <param name="settings">That all have.</param>
    /// <param name="layout">Of the beginning.</param>
    /// <param name="network">Each process gets a machine of its own on it; null: all are on loopback.</param>
    public static async Task<ClusterProcesses> StartAsync(string data, string[] settings, ClusterLayout layout, TestNetwork? network = null)
    {
        var cluster = new ClusterProcesses(data, settings, network);
        try
        {
            foreach (var (role, count) in ((string, int)[])[("shard", layout.Shards), ("encoder", layout.Encoders), ("gateway", layout.Gateways)])
            {
                for (var i = 0; i < count; i++)
                    cluster.Launch(role);
            }

            foreach (var process in cluster._members.Values)
                Assert.True(await process.UntilReadyOrEndedAsync(), process.Process.Output);
            await cluster.UntilAllRolesAreKnownAsync(layout);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more process of a role.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> AddAsync(string role)
    {
        var name = Launch(role);
        Assert.True(await _members[name].UntilReadyOrEndedAsync(), _members[name].Process.Output);
        return name;
    }

    /// <summary>One that has ended, started anew with its arguments: same name, same ports.</summary>
    public async Task StartAgainAsync(string name)
    {
        var ended = _members[name];
        var again = SiloProcess.LaunchAgain(ended);
        _members[name] = again;
        await ended.DisposeAsync();
        Assert.True(await again.UntilReadyOrEndedAsync(), again.Process.Output);
    }

    /// <summary>What all processes printed, for the message of a failed test.</summary>
    public string Output() =>
        string.Join("\n\n", _members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"== {member.Key} ({member.Value.Process.Id})\n{member.Value.Process.Output}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _members.Values)
            await process.DisposeAsync();
    }

    private IEnumerable<SiloProcess> Of(string role) =>
        _members.Where(member => member.Key.StartsWith(role, StringComparison.Ordinal)).OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => member.Value);

    private string Launch(string role)
    {
        var name = $"{role}-{_members.Keys.Count(member => member.StartsWith(role, StringComparison.Ordinal)) + 1}";
        var machine = _network?.Add() ?? Machine.Own;
        string[] settings = [.. _settings, $"--Cluster:AdvertisedAddress={machine.Address}", $"--Roles={role}", role == "gateway" ? Drain : $"--Cluster:SiloName={name}"];
        _members.Add(name, SiloProcess.Launch(machine, _data, environment: null, settings));
        return name;
    }

    /// <summary>A gateway learns within seconds that somebody does what nobody did.</summary>
    private async Task UntilAllRolesAreKnownAsync(ClusterLayout layout)
    {
        foreach (var gateway in Gateways)
        {
            await Deadline.UntilAsync(
                async () => (await gateway.Api.GetAsync("v1/indexes")).Code == 200 && (layout.Encoders == 0 || (await gateway.Api.GetAsync("v1/models")).Code == 200),
                Deadline.Long,
                () => $"every role known.\n{gateway.Process.Output}");
        }
    }
}

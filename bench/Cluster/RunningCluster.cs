using ClipOrleans.Bench.Servers;
using ClipOrleans.Client;

namespace ClipOrleans.Bench.Cluster;

/// <summary>The processes of a layout, over one store and one folder.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private const int PortsEach = 3;

    private readonly List<ServerProcess> _processes = [];

    private RunningCluster(ClusterLayout layout) => Layout = layout;

    public ClusterLayout Layout { get; }

    public IReadOnlyList<ServerProcess> Processes => _processes;

    /// <summary>Of the gateway.</summary>
    public Uri Address => _processes[0].Address;

    public ClipOrleansClient Client => field ??= BenchServer.ClientOf(Address);

    /// <summary>Of all processes together.</summary>
    public TimeSpan ProcessorTime => _processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.ProcessorTime);

    public static async Task<RunningCluster> StartAsync(ClusterLayout layout, string data, RedisStore store)
    {
        var cluster = new RunningCluster(layout);
        try
        {
            var ports = ServerProcess.FreePorts(layout.Roles.Count() * PortsEach);
            foreach (var (number, roles) in layout.Roles.Index())
            {
                cluster._processes.Add(ServerProcess.Launch(
                    data,
                    ports[(number * PortsEach)..((number + 1) * PortsEach)],
                    $"--Roles={roles}",
                    $"--Cluster:SiloName=process-{number}",
                    "--Cluster:Provider=redis",
                    $"--Cluster:ConnectionString={store.ConnectionString}",
                    "--Cluster:AdvertisedAddress=127.0.0.1"));
            }

            foreach (var process in cluster._processes)
                await process.UntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all processes in order, the gateway first.</summary>
    public async Task StopAsync()
    {
        await _processes[0].StopAsync();
        await Task.WhenAll(_processes[1..].Select(process => process.StopAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var process in _processes)
            await process.DisposeAsync();
    }
}

using System.Diagnostics;
using ClipOrleans.EndToEnd.Cluster.Load;
using ClipOrleans.EndToEnd.Cluster.Network;
using ClipOrleans.EndToEnd.Processes;
using ClipOrleans.Stores;

namespace ClipOrleans.EndToEnd.Cluster;

/// <summary>A whole cluster under a steady load, and what may happen to it.</summary>
internal sealed class LoadedCluster : IAsyncDisposable
{
    public const int Shards = 12;

    private readonly TempFolder _data;
    private readonly RedisServer _redis;

    private LoadedCluster(TempFolder data, RedisServer redis, ClusterProcesses processes, ClusterLoad load) =>
        (_data, _redis, Processes, Load) = (data, redis, processes, load);

    public ClusterProcesses Processes { get; }

    public ClusterLoad Load { get; }

    /// <param name="layout">Of the beginning.</param>
    /// <param name="random">Chooses what is written and asked.</param>
    /// <param name="network">Each process is on a machine of its own there; null: all are on loopback.</param>
    public static async Task<LoadedCluster> StartAsync(ClusterLayout layout, Random random, TestNetwork? network = null)
    {
        var data = new TempFolder();
        var redis = await RedisServer.RunAsync(network?.Address);
        var processes = await ClusterProcesses.StartAsync(data.Path, ClusterProcesses.Store("redis", redis.ConnectionString), layout, network);
        return new LoadedCluster(data, redis, processes, await ClusterLoad.StartAsync(processes, Shards, random));
    }

    /// <summary>kill -9 of one process, until searches are whole and everything has been compared; then it is started again.</summary>
    /// <returns>How long searches were incomplete, and what they were in the meantime.</returns>
    public async Task<(TimeSpan Gap, string Timeline)> KillAsync(string name)
    {
        TimeSpan gap;
        string timeline;
        await using (var probe = Load.Probe())
        {
            var killed = Stopwatch.GetTimestamp();
            await Processes.Members[name].KillAsync();
            gap = await probe.UntilWholeAsync(killed);
            timeline = probe.Timeline(killed);
        }

        await Load.VerifyAsync();
        await Processes.StartAgainAsync(name);
        return (gap, timeline);
    }

    /// <summary>SIGTERM, a clean end, and the same process anew.</summary>
    public async Task RestartAsync(string name)
    {
        Assert.Equal(0, await Processes.Members[name].StopAsync());
        await Processes.StartAgainAsync(name);
        await Load.ThrowIfWrongAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        await Processes.DisposeAsync();
        await _redis.DisposeAsync();
        _data.Dispose();
    }
}

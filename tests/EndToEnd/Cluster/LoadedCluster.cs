using System.Diagnostics;
using ClipOrleans.EndToEnd.Cluster.Load;
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

    public static async Task<LoadedCluster> StartAsync(ClusterLayout layout, Random random, params string[] settings)
    {
        var data = new TempFolder();
        var redis = await RedisServer.RunAsync();
        var processes = await ClusterProcesses.StartAsync(data.Path, [.. ClusterProcesses.Store("redis", redis.ConnectionString), .. settings], layout);
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

using ClipOrleans.EndToEnd.Cluster.Load;
using ClipOrleans.EndToEnd.Crash;

namespace ClipOrleans.EndToEnd.Cluster;

// Danger: a silo that dies takes acknowledged writes with it, one that leaves lets requests fail, a shard that moves answers from two places.
// Invariant: I1 (acknowledged is durable), I3 (read your writes through any gateway), I6 (exact means exact), I8 (partial is said).
// Method: three shard silos, an encoder and two gateways as processes; writers and searchers at a steady pace who know what is true;
// processes killed, restarted and added meanwhile. eng/cluster-campaign.sh does more of it and measures.
public sealed class I1_I3_I8_ClusterUnderLoadTests(ITestOutputHelper output)
{
    private static readonly ClusterLayout s_layout = new(Gateways: 2, Shards: 3, Encoders: 1);

    /// <summary>From a kill until searches are whole again: noticing takes four seconds, and the machine may be busy with other things.</summary>
    private static readonly TimeSpan s_whole = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Killed_restarted_and_joined_by_others_it_loses_nothing()
    {
        await using var cluster = await LoadedCluster.StartAsync(s_layout, Seed.For(0, output));
        try
        {
            await PlacedShards.UntilSpreadAsync(cluster.Processes.Api, ClusterLoad.Index, 4, 4, 4);
            await KillAsync(cluster, "shard-1");
            await KillAsync(cluster, "shard-2");
            await RestartAllAsync(cluster);
            await JoinAsync(cluster);
            await cluster.Load.VerifyAsync();
        }
        catch
        {
            output.WriteLine($"{cluster.Load.Figures}\n{cluster.Processes.Output()}");
            throw;
        }

        output.WriteLine($"{cluster.Load.Figures}\n{cluster.Load.Verified} documents compared");
        Assert.True(cluster.Load.Figures is { Acknowledged: > 0, Hits: > 0, Brute: > 0, ReadBack: > 0 });
    }

    private async Task KillAsync(LoadedCluster cluster, string name)
    {
        var (gap, timeline) = await cluster.KillAsync(name);
        output.WriteLine($"{name} killed: searches were whole again after {gap.TotalSeconds:F1} s; {cluster.Load.Figures}\n{timeline}");
        Assert.InRange(gap, TimeSpan.FromMilliseconds(1), s_whole);
        await PlacedShards.UntilSpreadAsync(cluster.Processes.Api, ClusterLoad.Index, 4, 4, 4);
    }

    private async Task RestartAllAsync(LoadedCluster cluster)
    {
        var failed = cluster.Load.Figures.Failed;
        foreach (var name in cluster.Processes.Members.Keys.ToList())
        {
            await cluster.RestartAsync(name);
            output.WriteLine($"{name} restarted; {cluster.Load.Figures}");
        }

        await PlacedShards.UntilSpreadAsync(cluster.Processes.Api, ClusterLoad.Index, 4, 4, 4);
        Assert.Equal(failed, cluster.Load.Figures.Failed);
    }

    private async Task JoinAsync(LoadedCluster cluster)
    {
        var failed = cluster.Load.Figures.Failed;
        await cluster.Processes.AddAsync("shard");
        await PlacedShards.UntilSpreadAsync(cluster.Processes.Api, ClusterLoad.Index, 3, 3, 3, 3);
        output.WriteLine($"a fourth silo joined; {cluster.Load.Figures}");
        Assert.Equal(failed, cluster.Load.Figures.Failed);
    }
}

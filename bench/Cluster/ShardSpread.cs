using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Cluster;

/// <summary>Where the shards are, as the gateway tells the operator.</summary>
/// <param name="Each">Shards of each silo that has any, the most first.</param>
/// <param name="Moved">Planned hand-overs so far.</param>
internal sealed record ShardSpread(IReadOnlyList<int> Each, long Moved)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    public override string ToString() => string.Join('/', Each.Select(count => count.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Opens all shards of an index, and waits until each silo has its share and none moves.</summary>
    /// <exception cref="TimeoutException">They do not come to rest.</exception>
    public static async Task<ShardSpread> UntilEvenAsync(RunningCluster cluster, string index)
    {
        await cluster.Client.Index(index).SearchAsync(new SearchRequest { Filter = [], TopK = 1, Partial = "fail" });
        var shards = (await cluster.Client.GetIndexAsync(index)).Shards.Count;
        var waited = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(AskAgainAfter);
        while (await pause.WaitForNextTickAsync())
        {
            var (spread, isAtRest) = await ReadAsync(cluster.Address);
            if (isAtRest && spread.Each.Sum() == shards && spread.Each.Count == Math.Min(shards, cluster.Layout.Silos) && spread.Each[0] - spread.Each[^1] <= 1)
                return spread;
            if (waited.Elapsed > Limit)
                throw new TimeoutException($"After {Limit.TotalMinutes} minutes the {shards} shards lie {spread} on {cluster.Layout.Silos} silos.");
        }

        throw new UnreachableException();
    }

    /// <summary>Hand-overs since then: on a busy machine the search times of silos may differ so much that two shards change places.</summary>
    /// <exception cref="InvalidOperationException">The shards lie otherwise than before: what was measured was not this layout.</exception>
    public async Task<long> MovedSinceAsync(RunningCluster cluster)
    {
        var (now, _) = await ReadAsync(cluster.Address);
        return now.Each.SequenceEqual(Each)
            ? now.Moved - Moved
            : throw new InvalidOperationException($"Shards moved while {cluster.Layout.Name} was measured: from {this} to {now}.");
    }

    private static async Task<(ShardSpread Spread, bool IsAtRest)> ReadAsync(Uri gateway)
    {
        using var http = new HttpClient();
        using var view = JsonDocument.Parse(await http.GetStringAsync(new Uri(gateway, "admin/v1/cluster")));
        var shards = view.RootElement.GetProperty("shards").EnumerateArray().ToList();
        var each = shards.CountBy(shard => shard.GetProperty("silo").GetString() ?? "").Select(silo => silo.Value).OrderDescending().ToList();
        var isAtRest = view.RootElement.GetProperty("moves").GetArrayLength() == 0
            && shards.Count > 0
            && shards.TrueForAll(shard => shard.GetProperty("state").GetString() == "ready");
        return (new ShardSpread(each, view.RootElement.GetProperty("moved").GetInt64()), isAtRest);
    }
}

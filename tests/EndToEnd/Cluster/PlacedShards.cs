using System.Text.Json.Nodes;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Cluster;

/// <summary>Who has which shard, as a gateway tells the operator.</summary>
internal static class PlacedShards
{
    /// <summary>Waits until all shards are ready where they stay, so many on each silo.</summary>
    public static async Task UntilSpreadAsync(Api api, string index, params int[] expected)
    {
        var last = "";
        await Deadline.UntilAsync(
            async () =>
            {
                var answer = await api.GetAsync("admin/v1/cluster");
                last = answer.Text;
                return answer.Code == 200 && Spread(answer.Json, index) is { } spread && spread.SequenceEqual(expected.Order());
            },
            Deadline.Long,
            () => $"{index} is spread {string.Join('/', expected)}: {last}");
    }

    /// <summary>Names of the silos that have shards of an index, with their numbers.</summary>
    public static async Task<ILookup<string, int>> OwnersAsync(Api api, string index) =>
        Of((await api.GetAsync("admin/v1/cluster")).Ok(), index).ToLookup(static shard => (string)shard!["siloName"]!, static shard => (int)shard!["shard"]!);

    /// <returns>Shards of each silo, the fewest first; null while some are not ready, are moving, or are told twice.</returns>
    private static IEnumerable<int>? Spread(JsonObject view, string index)
    {
        var shards = Of(view, index).ToList();
        var isSettled = view["moves"]!.AsArray().Count == 0 && shards.TrueForAll(static shard => (string?)shard!["state"] == "ready")
            && shards.Select(static shard => (int)shard!["shard"]!).Distinct().Count() == shards.Count;
        return isSettled ? shards.GroupBy(static shard => (string)shard!["silo"]!).Select(static silo => silo.Count()).Order() : null;
    }

    private static IEnumerable<JsonNode?> Of(JsonObject view, string index) => view["shards"]!.AsArray().Where(shard => (string?)shard!["index"] == index);
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Search;
using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Bench.Http;

/// <summary>A data set in an index of the real server: loaded by the documents endpoint, and trained.</summary>
internal static class ServedVectors
{
    private const string TrainedPlan = "list-scan";
    private static readonly TimeSpan TrainingLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    /// <param name="client">Of a server without the index.</param>
    /// <param name="server">The process in which it is loaded.</param>
    /// <param name="definition">The index.</param>
    /// <param name="data">Its vectors; a document is called as its row is numbered.</param>
    /// <param name="metadata">Of the document of a row.</param>
    /// <returns>Seconds until every document was durable and searchable, and from then on until the index was trained and the server idle.</returns>
    public static async Task<(double Load, double Training)> LoadAsync(
        ClipOrleansClient client, ServerProcess server, IndexDefinition definition, VectorDataSet data, Func<int, JsonObject>? metadata = null)
    {
        await client.CreateIndexAsync(definition);
        var watch = Stopwatch.StartNew();
        await foreach (var result in client.Index(definition.Name).UpsertManyAsync(Documents(data, metadata)))
        {
            if (result.Error is { } error)
                throw new InvalidOperationException($"{result.Id}: {error.Detail}");
        }

        var load = watch.Elapsed.TotalSeconds;
        await UntilTrainedAsync(client, definition.Name, data);
        await IdleServers.UntilAsync(server); // an index that was trained while it was loaded is trained again when it has doubled
        return (load, watch.Elapsed.TotalSeconds - load);
    }

    /// <summary>The request for the nearest of a query of the data set, and whatever else is asked of them.</summary>
    public static byte[] SearchBody(VectorDataSet data, int query, params IEnumerable<KeyValuePair<string, JsonNode?>> more) =>
        Encoding.UTF8.GetBytes(new JsonObject([new("vector", new JsonArray([.. data.Query(query).ToArray().Select(value => (JsonNode)value)])), .. more]).ToJsonString());

    private static async IAsyncEnumerable<DocumentInput> Documents(VectorDataSet data, Func<int, JsonObject>? metadata)
    {
        await Task.CompletedTask;
        for (var row = 0; row < data.Count; row++)
        {
            yield return new DocumentInput
            {
                Id = row.ToString(CultureInfo.InvariantCulture),
                Vector = data.Vectors.AsMemory(row * data.Dimensions, data.Dimensions),
                Metadata = metadata?.Invoke(row),
            };
        }
    }

    /// <summary>Training goes on in the background and tells nobody: the plan of a search does. Shards with few documents are not trained.</summary>
    private static async Task UntilTrainedAsync(ClipOrleansClient client, string name, VectorDataSet data)
    {
        var waited = Stopwatch.StartNew();
        var request = new SearchRequest { Vector = data.Queries.AsMemory(0, data.Dimensions), Explain = true };
        using var pause = new PeriodicTimer(AskAgainAfter);
        while (await pause.WaitForNextTickAsync())
        {
            var answer = await client.Index(name).SearchAsync(request);
            var plans = Plans(answer.Explain ?? throw new InvalidDataException("The search was not explained.")).ToList();
            if (plans.TrueForAll(plan => plan.Documents < CodedRows.LeastRows || plan.Strategy == TrainedPlan))
                return;
            if (waited.Elapsed > TrainingLimit)
                throw new TimeoutException($"After {TrainingLimit.TotalMinutes} minutes searches still run as {string.Join(", ", plans)}, not as {TrainedPlan}.");
        }
    }

    private static IEnumerable<(string? Strategy, long Documents)> Plans(JsonElement explain) =>
        explain.GetProperty("shards").EnumerateArray().Select(shard => (shard.GetProperty("strategy").GetString(), shard.GetProperty("documents").GetInt64()));
}

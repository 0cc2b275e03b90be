using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client.Documents;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Http;

/// <summary>A data set in an index of the real server: loaded by the documents endpoint, and trained.</summary>
internal static class ServedVectors
{
    private const string TrainedPlan = "list-scan";
    private static readonly TimeSpan TrainingLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    /// <returns>Seconds until every document was durable and searchable, and from then on until the index was trained and the server idle.</returns>
    public static async Task<(double Load, double Training)> LoadAsync(BenchServer server, string name, VectorDataSet data)
    {
        await server.Client.CreateIndexAsync(new IndexDefinition { Name = name, Model = "none", Dimensions = data.Dimensions });
        var watch = Stopwatch.StartNew();
        await foreach (var result in server.Client.Index(name).UpsertManyAsync(Documents(data)))
        {
            if (result.Error is { } error)
                throw new InvalidOperationException($"{result.Id}: {error.Detail}");
        }

        var load = watch.Elapsed.TotalSeconds;
        await UntilTrainedAsync(server, name, data);
        await server.UntilIdleAsync(); // an index that was trained while it was loaded is trained again when it has doubled
        return (load, watch.Elapsed.TotalSeconds - load);
    }

    private static async IAsyncEnumerable<DocumentInput> Documents(VectorDataSet data)
    {
        await Task.CompletedTask;
        for (var row = 0; row < data.Count; row++)
            yield return new DocumentInput { Id = row.ToString(CultureInfo.InvariantCulture), Vector = data.Vectors.AsMemory(row * data.Dimensions, data.Dimensions) };
    }

    /// <summary>Training goes on in the background and tells nobody: the plan of a search does.</summary>
    private static async Task UntilTrainedAsync(BenchServer server, string name, VectorDataSet data)
    {
        var waited = Stopwatch.StartNew();
        var request = new SearchRequest { Vector = data.Queries.AsMemory(0, data.Dimensions), Explain = true };
        using var pause = new PeriodicTimer(AskAgainAfter);
        while (await pause.WaitForNextTickAsync())
        {
            var answer = await server.Client.Index(name).SearchAsync(request);
            var plans = Plans(answer.Explain ?? throw new InvalidDataException("The search was not explained.")).ToList();
            if (plans.TrueForAll(plan => plan == TrainedPlan))
                return;
            if (waited.Elapsed > TrainingLimit)
                throw new TimeoutException($"After {TrainingLimit.TotalMinutes} minutes searches still run as {string.Join(", ", plans)}, not as {TrainedPlan}.");
        }
    }

    private static IEnumerable<string?> Plans(JsonElement explain) =>
        explain.GetProperty("shards").EnumerateArray().Select(shard => shard.GetProperty("strategy").GetString());
}

using System.Globalization;
using System.Text;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Maintenance;

/// <summary>
/// Opens and searches a small shard that is made for it, so that the code that opens shards is compiled before a customer's
/// is asked for: of the first opening in a process about half is compiling.
/// </summary>
public static class ShardWarmUp
{
    /// <summary>Enough for codes to be learnt: approximate search has code of its own.</summary>
    private const int Documents = 4_500;
    private const int Dimensions = 64;
    private static readonly TimeSpan s_longestLearning = TimeSpan.FromSeconds(20);

    /// <param name="directory">Where the shard is made; it must not exist, and does not afterwards.</param>
    /// <param name="clock">Of the shard.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task RunAsync(string directory, TimeProvider clock, CancellationToken cancel = default)
    {
        try
        {
            await MakeAsync(directory, clock, cancel);
            // Twice, since what an opening compiles for its second half is used by the next one from the start.
            for (var opening = 0; opening < 2; opening++)
                await OpenAsync(directory, clock, cancel);
        }
        finally
        {
            if (ShardEngine.ShardExists(directory))
                ShardEngine.Delete(directory);
        }
    }

    private static async Task MakeAsync(string directory, TimeProvider clock, CancellationToken cancel)
    {
        using var worker = new MaintenanceWorker(new MaintenanceOptions { TrainingThreads = 1, MeasuringPercent = 0 }, clock, NullLoggerFactory.Instance);
        var schema = new FieldSchema([new("word", FieldType.Keyword), new("number", FieldType.Number), new("flag", FieldType.Boolean)]);
        await using var shard = await ShardEngine.CreateAsync(
            directory, new ShardDescriptor(1, "none", "1", Dimensions, schema, 0.95), new ShardOptions { Sync = false, Maintenance = worker, SnapshotEveryBytes = 0 },
            NullLoggerFactory.Instance, clock, cancel);
        var random = new Random(1);
        await shard.WriteAsync([.. Enumerable.Range(0, Documents).Select(number => Document(number, random))], cancel);
        var started = clock.GetTimestamp();
        while (shard.Stats.Maintenance.Codes != CodesState.Trained && clock.GetElapsedTime(started) < s_longestLearning)
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, cancel);
        await shard.SnapshotAsync(cancel);
        // What stands behind the snapshot is replayed.
        await shard.WriteAsync([Document(0, random), new StoredOperation { Kind = StoredOperationKind.Delete, Id = "1" }], cancel);
    }

    private static async Task OpenAsync(string directory, TimeProvider clock, CancellationToken cancel)
    {
        await using var shard = await ShardEngine.OpenAsync(directory, new ShardOptions { Sync = false, SnapshotEveryBytes = 0 }, NullLoggerFactory.Instance, clock, cancel: cancel);
        var query = new float[Dimensions];
        query[0] = 1;
        var filter = FilterParser.TryParse("{\"word\":\"w1\"}"u8.ToArray(), shard.Descriptor.Schema, out var parsed, out _) ? parsed : null;
        foreach (var options in (SearchOptions[])[new() { TopK = 10 }, new() { TopK = 10, Exact = true }, new() { TopK = 10, Filter = filter, Facets = ["word"] }])
        {
            var found = shard.View.Search(query, options, cancel);
            await shard.ReadManyAsync([.. found.Hits.Select(hit => hit.Locator)], [.. found.Hits.Select(hit => hit.Id)], includeVector: false, cancel);
        }
    }

    private static StoredOperation Document(int number, Random random)
    {
        var vector = new float[Dimensions];
        var length = 0f;
        for (var i = 0; i < Dimensions; i++)
        {
            vector[i] = random.NextSingle() - 0.5f;
            length += vector[i] * vector[i];
        }

        length = MathF.Sqrt(length);
        var bytes = new byte[Dimensions * sizeof(float)];
        for (var i = 0; i < Dimensions; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(float)), vector[i] / length);
        return new StoredOperation
        {
            Kind = StoredOperationKind.Upsert,
            Id = number.ToString(CultureInfo.InvariantCulture),
            Vector = bytes,
            Metadata = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"word":"w{{number % 7}}","number":{{number}},"flag":{{(number % 2 == 0 ? "true" : "false")}}}""")),
        };
    }
}

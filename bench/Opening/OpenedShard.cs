using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Vectors.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Bench.Opening;

/// <summary>What one process, just started, took to open a shard and to answer its first search.</summary>
/// <param name="OpenMs">Until the engine was open.</param>
/// <param name="AnsweredMs">Until the first search was answered too, with metadata.</param>
/// <param name="PeakBytes">Most memory that the process had in use until then, mapped pages among it.</param>
/// <param name="AnonymousBytes">Of what it had in use then: its own, not pages of files.</param>
/// <param name="Documents">Found to be in it.</param>
/// <param name="HasCodes">Approximate searches go by codes.</param>
/// <param name="FromSnapshot">It was opened from a snapshot.</param>
internal sealed record OpenedShard(double OpenMs, double AnsweredMs, long PeakBytes, long AnonymousBytes, long Documents, bool HasCodes, bool FromSnapshot)
{
    /// <summary>Opens in this process, and prints.</summary>
    /// <param name="directory">Of the shard.</param>
    /// <param name="queries">The first of them is searched for.</param>
    /// <param name="again">It is opened before as well, so that the code is compiled, as it is in a server that has opened another.</param>
    /// <param name="warmed">The server's own warm-up has run before.</param>
    public static async Task PrintAsync(string directory, string queries, bool again, bool warmed)
    {
        var query = VectorFile.Read<float>(queries, out var dimensions).AsSpan(0, dimensions).ToArray();
        if (warmed)
            await ShardWarmUp.RunAsync(directory + ".warm-up", TimeProvider.System);
        if (again)
            await OpenAsync(directory, query);
        Console.WriteLine(JsonSerializer.Serialize(await OpenAsync(directory, query)));
    }

    private static async Task<OpenedShard> OpenAsync(string directory, float[] query)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var shard = await ShardEngine.OpenAsync(
            directory, new ShardOptions { SnapshotEveryBytes = 0 }, NullLoggerFactory.Instance, TimeProvider.System);
        var opened = TimeProvider.System.GetElapsedTime(started);
        var found = shard.View.Search(query, new SearchOptions());
        var rows = await shard.ReadManyAsync([.. found.Hits.Select(static hit => hit.Locator)], [.. found.Hits.Select(static hit => hit.Id)], includeVector: false);
        var answered = TimeProvider.System.GetElapsedTime(started);
        if (rows.Count != found.Hits.Count)
            throw new InvalidDataException($"{found.Hits.Count} hits, {rows.Count} documents.");
        return new OpenedShard(
            opened.TotalMilliseconds, answered.TotalMilliseconds, Status("VmHWM"), Status("RssAnon"), shard.View.Count, shard.View.HasCodes, shard.Stats.Snapshots.Sequence > 0);
    }

    /// <summary>The same in a process of its own.</summary>
    public static OpenedShard Measure(string directory, string queries, params string[] how)
    {
        var lines = PeerProcess.Lines(Environment.ProcessPath!, [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(OpenedShard).Assembly.Location] : Array.Empty<string>(), "open-shard", directory, queries, .. how]);
        return lines[^1].Deserialize<OpenedShard>() ?? throw new InvalidDataException("The process that opens the shard printed nothing.");
    }

    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line[(field.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}

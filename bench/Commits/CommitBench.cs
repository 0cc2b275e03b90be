using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Vectors.Filters;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Bench.Commits;

/// <summary>How many single documents a second are durable: over HTTP, in the engine alone, and what FasterLog does bare, in turn in one run.</summary>
internal static class CommitBench
{
    private const string Index = "bench-commit";
    private const int RowBytes = 2180; // of a document without metadata, with the headers around it
    private const int WarmUp = 30;
    private static readonly int[] Writers = [1, 8, 64];

    public static Command Command()
    {
        var writes = new Option<int>("--writes") { Description = "Of each measurement with one writer; eight and 64 write four and sixteen times as many", DefaultValueFactory = _ => 1_000 };
        var rounds = new Option<int>("--rounds") { Description = "Each measurement is made so often, in turn; the median round is told", DefaultValueFactory = _ => 3 };
        var url = new Option<string?>("--url") { Description = "A server that runs already; default: one is started" };
        var command = new Command("commit", "Durable writes a second with 1, 8 and 64 writers, beside a bare FasterLog") { writes, rounds, url };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(url), parsed.GetValue(writes), parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(string? url, int writes, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cliporleans-commit-").FullName;
        await using var server = await BenchServer.OpenAsync(url);
        await server.Client.CreateIndexAsync(new IndexDefinition { Name = Index, Model = "none", Dimensions = VectorsBench.Dimensions, Shards = 1 });
        using var http = await PutLoad.OpenAsync(server.Address, Index, Writers[^1]);
        await using var engine = await OpenEngineAsync(Path.Combine(folder, "engine"));
        var vectors = new ClipLikeVectors(1000, VectorsBench.Dimensions, seed: 1).Images(1000);
        var bodies = Enumerable.Range(0, 1000).Select(i => Body(vectors, i)).ToArray();
        var next = 0;
        Func<int, Task<TimeSpan>> put = i => http.PutAsync($"d{Interlocked.Increment(ref next):D9}", bodies[i % bodies.Length]);
        Func<int, Task<TimeSpan>> live = _ => http.AskLiveAsync();
        Func<int, Task<TimeSpan>> write = i => WriteAsync(engine, $"d{Interlocked.Increment(ref next)}", vectors, i % 1000);

        await WriteLoop.RunAsync(Writers[^1], writes * WarmUp, put); // until the code of the server is the compiler's last
        await WriteLoop.RunAsync(Writers[^1], writes, write);
        await BareLog.RunAsync(Path.Combine(folder, "bare"), RowBytes, Writers[^1], writes, fast: true);
        var rows = new List<string[]>();
        foreach (var writers in Writers)
        {
            var count = writes * (writers == 1 ? 1 : writers == 8 ? 4 : 16);
            var runs = new List<(string Name, Func<Task<(Latencies, TimeSpan)>> Run)>
            {
                ("HTTP", () => WriteLoop.RunAsync(writers, count, put)),
                ("HTTP, `GET /health/live`", () => WriteLoop.RunAsync(writers, count, live)),
                ("engine", () => WriteLoop.RunAsync(writers, count, write)),
                ("bare FasterLog", () => BareLog.RunAsync(Path.Combine(folder, "bare"), RowBytes, writers, count, fast: false)),
                ("bare FasterLog, fast commit", () => BareLog.RunAsync(Path.Combine(folder, "bare"), RowBytes, writers, count, fast: true)),
            };
            rows.AddRange(await MeasureAsync(writers, count, rounds, runs));
        }

        Directory.Delete(folder, recursive: true);
        Write(rows, rounds);
        return 0;
    }

    private static async Task<IEnumerable<string[]>> MeasureAsync(int writers, int count, int rounds, List<(string Name, Func<Task<(Latencies Times, TimeSpan Elapsed)>> Run)> runs)
    {
        var results = runs.ConvertAll(_ => new List<(Latencies Times, double Rate)>());
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < runs.Count; i++)
            {
                var (times, elapsed) = await runs[i].Run();
                results[i].Add((times, count / elapsed.TotalSeconds));
            }
        }

        var medians = results.ConvertAll(list => list.OrderBy(result => result.Rate).ElementAt(rounds / 2));
        var bare = medians[^2].Rate;
        return runs.Zip(medians, (run, median) => new[]
        {
            $"{writers}", run.Name, Text(median.Rate, "F0"), Text(median.Rate / bare, "F2"), median.Times.Percentile(50), median.Times.Percentile(99),
        });
    }

    private static void Write(List<string[]> rows, int rounds)
    {
        var report = new Report("commit", "Durable writes");
        report.Line($"Single documents of a vector of {VectorsBench.Dimensions} dimensions, one shard, `Storage:Sync=true`; each row is the median of {rounds} rounds that took turns on one disk. HTTP: `PUT /v1/indexes/{{index}}/documents/{{id}}` to a server process, the measuring client (a plain socket a writer) on the same cores, and beside it what the same client and server do when nothing is parsed, routed or written. Engine: `ShardEngine.WriteAsync` in the measuring process. Bare: records of {RowBytes} bytes enqueued, committed and waited for on FASTER's own device, with its commit files as they come and with its fast commit.");
        report.Line();
        report.Table(["writers", "what", "documents/s", "of bare", "p50 ms", "p99 ms"], rows);
        report.Write();
    }

    private static Task<ShardEngine> OpenEngineAsync(string folder) => ShardEngine.CreateAsync(
        folder,
        new ShardDescriptor(1, "none", "", VectorsBench.Dimensions, new FieldSchema([]), 0.95),
        new ShardOptions(),
        NullLoggerFactory.Instance,
        TimeProvider.System);

    private static async Task<TimeSpan> WriteAsync(ShardEngine engine, string id, float[] vectors, int row)
    {
        var vector = MemoryMarshal.AsBytes(vectors.AsSpan(row * VectorsBench.Dimensions, VectorsBench.Dimensions)).ToArray();
        var start = Stopwatch.GetTimestamp();
        var written = await engine.WriteAsync([new StoredOperation { Kind = StoredOperationKind.Upsert, Id = id, Vector = vector }]);
        return written.Outcomes[0].Status == StoredStatus.Created ? Stopwatch.GetElapsedTime(start) : throw new InvalidDataException($"{id}: {written.Outcomes[0]}");
    }

    private static byte[] Body(float[] vectors, int row) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["vector"] = new JsonArray([.. vectors.AsSpan(row * VectorsBench.Dimensions, VectorsBench.Dimensions).ToArray().Select(value => (JsonNode)value)]),
    }.ToJsonString());

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

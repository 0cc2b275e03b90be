using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Client.Indexes;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Http;

/// <summary>What is left of the index's speed behind HTTP: latencies at several numbers of connections, and what of them is not search.</summary>
internal static class ServeVectorsBench
{
    private const string Index = "bench-vectors";
    private static readonly int[] Connections = [1, 8, 32];

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the generator", DefaultValueFactory = _ => 1 };
        var requests = new Option<int>("--requests") { Description = "Of each measurement, all connections together", DefaultValueFactory = _ => 8_000 };
        var command = new Command("serve-vectors", "The vector index behind HTTP: p50, p99, requests a second, and where the time goes") { count, seed, requests };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(requests)));
        return command;
    }

    private static async Task<int> RunAsync(int count, int seed, int requests)
    {
        var data = VectorDataSet.Open(count, VectorsBench.Dimensions, seed);
        await using var server = await BenchServer.OpenAsync(url: null);
        var (load, training) = await ServedVectors.LoadAsync(
            server.Client, server.Process, new IndexDefinition { Name = Index, Model = "none", Dimensions = data.Dimensions }, data);
        var description = await server.Client.GetIndexAsync(Index);

        var bodies = Enumerable.Range(0, requests).Select(i => ServedVectors.SearchBody(data, i % data.QueryCount)).ToArray();
        await LoadLoop.AnswersAsync(server.Address, Index, 2, bodies[..(requests / 4)]); // warm
        var measured = new List<(int Connections, IReadOnlyCollection<TimedAnswer> Answers, TimeSpan Elapsed)>();
        foreach (var connections in Connections)
        {
            var (answers, elapsed) = await LoadLoop.AnswersAsync(server.Address, Index, connections, bodies);
            measured.Add((connections, answers, elapsed));
        }

        var report = new Report(string.Create(CultureInfo.InvariantCulture, $"serve-vectors-{count / 1000}k"), "Vector index over HTTP");
        report.Line($"{count:N0} CLIP-like vectors of {data.Dimensions} dimensions sent by the client (model none, default settings), top 10; {requests:N0} requests a row. The measuring client shares the cores with the server.");
        report.Line($"Loaded and durable in {Text(load, "F1")} s, trained and idle {Text(training, "F1")} s later; {Text((double)description.BytesInMemory / count, "F0")} bytes in memory a document.");
        report.Line();
        report.Table(
            ["connections", "p50 ms", "p99 ms", "requests/s", "recall@10"],
            measured.Select(run => Speed(data, run.Connections, run.Answers, run.Elapsed)));
        report.Table(
            ["connections", "client p50 ms", "of it: server total", "encode", "search", "not search", "share that is not search"],
            measured.Select(run => Split(run.Connections, run.Answers)));
        report.Line("Medians. Server total, encode and search are the answer's `tookMs`; not search is the client's time less `search`: sockets, JSON on both sides (a query is 512 numbers as text), checks and queueing before the search.");
        report.Write();
        return 0;
    }

    private static string[] Speed(VectorDataSet data, int connections, IReadOnlyCollection<TimedAnswer> answers, TimeSpan elapsed)
    {
        var times = new Latencies(answers.Select(answer => answer.Time));
        var found = answers.Average(answer => Found(data, answer));
        return [$"{connections}", times.Percentile(50), times.Percentile(99), Text(times.Count / elapsed.TotalSeconds, "F0"), Text(found, "F4")];
    }

    private static double Found(VectorDataSet data, TimedAnswer answer)
    {
        var truth = data.Best(answer.Request % data.QueryCount, SearchPass.Top).Span;
        var found = 0;
        foreach (var hit in Read(answer).Hits)
            found += truth.Contains(int.Parse(hit.Id, CultureInfo.InvariantCulture)) ? 1 : 0;
        return (double)found / truth.Length;
    }

    private static string[] Split(int connections, IReadOnlyCollection<TimedAnswer> answers)
    {
        var splits = answers.Select(answer => (Client: answer.Time.TotalMilliseconds, Server: Read(answer).TookMs ?? throw new InvalidDataException("An answer without tookMs."))).ToList();
        string Median(Func<(double Client, SearchTimes Server), double> of, string format = "F3") => Text(splits.Select(of).Order().ElementAt(splits.Count / 2), format);
        return
        [
            $"{connections}",
            Median(split => split.Client),
            Median(split => split.Server.Total),
            Median(split => split.Server.Encode),
            Median(split => split.Server.Search),
            Median(split => split.Client - split.Server.Search),
            Median(split => (split.Client - split.Server.Search) / split.Client, "P0"),
        ];
    }

    private static SearchResponse Read(TimedAnswer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        return SearchResponse.Parse(json);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

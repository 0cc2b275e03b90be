using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Cluster;

/// <summary>Medians over the rounds of each layout, and what each costs more than one process.</summary>
internal sealed class ClusterReport(VectorDataSet data, int shards, int requests)
{
    /// <summary>What a search at one connection may take longer in a cluster than in one process, by the issue that asked for it.</summary>
    private const double TargetMilliseconds = 1;

    /// <summary>The kernel and Redis use some.</summary>
    private const double QuietShare = 0.1;

    private readonly Dictionary<(ClusterLayout Layout, string Workload, int Connections), List<ClusterRun>> _runs = [];
    private readonly Dictionary<ClusterLayout, ShardSpread> _spreads = [];
    private long _moved;

    public void Spread(ClusterLayout layout, ShardSpread spread) => _spreads[layout] = spread;

    /// <summary>Shards were handed over while a layout was measured.</summary>
    public void Moved(long count) => _moved += count;

    public void Add(ClusterLayout layout, ClusterWorkload workload, int connections, ClusterRun run)
    {
        var key = (layout, workload.Name, connections);
        if (!_runs.TryGetValue(key, out var runs))
            _runs.Add(key, runs = []);
        runs.Add(run);
        Console.WriteLine($"  {workload.Name}, {connections} connections: p50 {run.Median:F2} ms, p99 {run.Tail:F2} ms, {run.Rate:F0}/s, processor {run.Processor:F2} ms; others used {run.Others:P0} of the machine");
    }

    public void Write(SameAnswers answers)
    {
        var rounds = _runs.Values.First().Count;
        var report = new Report("cluster", "What distribution costs");
        report.Line($"{data.Count:N0} CLIP-like vectors of {data.Dimensions} dimensions in {shards} shards (model none, default settings), top 10 with metadata; {requests:N0} requests a measurement, {rounds} rounds, each layout started anew in each. Medians of the rounds, in brackets the least and the most. One machine, members in Redis, all processes and the measuring client on the same cores, nothing encrypted.");
        report.Line($"Shards a silo: {string.Join("; ", _spreads.Select(pair => $"{pair.Key.Name} {pair.Value}"))}; handed over while it was measured: {_moved}.");
        report.Line($"All layouts serve the same files in turn. {answers.Exact:N0} exact answers had the ids, scores and order of the first answer to the same request; of {answers.Approximate:N0} approximate ones {answers.ApproximateSame:N0} had, and the others differ in documents that one or the other misses, by the effort that a process has found to be enough.");
        report.Line();
        foreach (var workload in _runs.Keys.Select(key => key.Workload).Distinct())
        {
            report.Line($"## Query: {workload}");
            report.Line();
            report.Table(
                ["layout", "connections", "p50 ms", "p99 ms", "requests/s", "processor ms a query", "p50 of it in the search ms"],
                Rows(workload));
            report.Table(
                ["compared with one process", "connections", "added p50 ms", "p50 ratio", "requests/s ratio", "processor ratio"],
                Costs(workload));
        }

        report.Line(Verdict());
        report.Line(Quiet());
        report.Line();
        report.Line("Processor time is that of all server processes from their start of a measurement to its end, what they do besides included; the client's and Redis's is not in it. In the search: from the gateway's first call of a shard to the merged answer with its rows (`tookMs.search`).");
        report.Write();
    }

    private IEnumerable<string[]> Rows(string workload) => _runs
        .Where(pair => pair.Key.Workload == workload)
        .OrderBy(pair => Order(pair.Key.Layout)).ThenBy(pair => pair.Key.Connections)
        .Select(pair => (string[])
        [
            pair.Key.Layout.Name,
            $"{pair.Key.Connections}",
            Spread(pair.Value, run => run.Median, "F2"),
            Spread(pair.Value, run => run.Tail, "F2"),
            Spread(pair.Value, run => run.Rate, "F0"),
            Spread(pair.Value, run => run.Processor, "F2"),
            Text(Median(pair.Value, run => run.Search), "F2"),
        ]);

    private IEnumerable<string[]> Costs(string workload) => _runs
        .Where(pair => pair.Key.Workload == workload && pair.Key.Layout != ClusterLayout.One)
        .OrderBy(pair => Order(pair.Key.Layout)).ThenBy(pair => pair.Key.Connections)
        .Select(pair =>
        {
            var one = _runs[(ClusterLayout.One, workload, pair.Key.Connections)];
            string Ratio(Func<ClusterRun, double> of) => Text(Median(pair.Value, of) / Median(one, of), "F2");
            return (string[])
            [
                pair.Key.Layout.Name,
                $"{pair.Key.Connections}",
                Text(Median(pair.Value, run => run.Median) - Median(one, run => run.Median), "F2"),
                Ratio(run => run.Median),
                Ratio(run => run.Rate),
                Ratio(run => run.Processor),
            ];
        });

    private string Verdict()
    {
        var added = _runs.Where(pair => pair.Key.Connections == 1 && pair.Key.Layout != ClusterLayout.One)
            .Select(pair => Median(pair.Value, run => run.Median) - Median(_runs[pair.Key with { Layout = ClusterLayout.One }], run => run.Median))
            .Max();
        return $"At one connection a cluster adds at most {Text(added, "F2")} ms to p50; the target is {Text(TargetMilliseconds, "F0")} ms: {(added <= TargetMilliseconds ? "met" : "missed")}.";
    }

    /// <summary>Latencies are what they are on a machine that does nothing else.</summary>
    private string Quiet()
    {
        var others = _runs.Values.SelectMany(runs => runs).Select(run => run.Others).Order().ToList();
        var (median, most) = (others[others.Count / 2], others[^1]);
        var judged = median <= QuietShare ? "the machine was quiet" : "**the machine was not quiet: the latencies and rates above are not those of this program alone**";
        return $"Processes that are neither servers nor client used {Text(median, "P0")} of the cores while it was measured (median; at most {Text(most, "P0")}): {judged}.";
    }

    private static int Order(ClusterLayout layout) => ClusterLayout.All.Index().First(pair => pair.Item == layout).Index;

    private static double Median(List<ClusterRun> runs, Func<ClusterRun, double> of) => runs.Select(of).Order().ElementAt(runs.Count / 2);

    private static string Spread(List<ClusterRun> runs, Func<ClusterRun, double> of, string format) =>
        $"{Text(Median(runs, of), format)} ({Text(runs.Min(of), format)}–{Text(runs.Max(of), format)})";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

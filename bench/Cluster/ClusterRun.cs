using System.Text.Json;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Cluster;

/// <summary>What one measurement of one round came to, in milliseconds.</summary>
/// <param name="Median">That half of the requests were answered in, at the client.</param>
/// <param name="Tail">That 99 % were answered in.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Processor">Processor time a query, of all server processes together.</param>
/// <param name="Search">Median of what the gateway calls search: asking the shards, merging, reading rows.</param>
/// <param name="Others">Share of the machine's cores that neither the servers nor the client used, but somebody did.</param>
internal sealed record ClusterRun(double Median, double Tail, double Rate, double Processor, double Search, double Others)
{
    public static async Task<ClusterRun> MeasureAsync(RunningCluster cluster, string index, ClusterWorkload workload, int connections)
    {
        var (machineBefore, clientBefore, before) = (MachineTime.Busy(), Environment.CpuUsage.TotalTime, cluster.ProcessorTime);
        var (answers, elapsed) = await LoadLoop.AnswersAsync(cluster.Address, index, connections, workload.Bodies);
        var used = cluster.ProcessorTime - before;
        var others = MachineTime.Busy() - machineBefore - used - (Environment.CpuUsage.TotalTime - clientBefore);
        var times = new Latencies(answers.Select(answer => answer.Time));
        var search = new Latencies(answers.Select(SearchTime));
        return new ClusterRun(
            times.Milliseconds(50), times.Milliseconds(99), times.Count / elapsed.TotalSeconds, used.TotalMilliseconds / times.Count, search.Milliseconds(50),
            Math.Max(0, others / elapsed / Environment.ProcessorCount));
    }

    private static TimeSpan SearchTime(TimedAnswer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        var response = SearchResponse.Parse(json);
        if (response.Partial)
            throw new InvalidDataException("An answer without all shards was measured.");
        return TimeSpan.FromMilliseconds(response.TookMs?.Search ?? throw new InvalidDataException("An answer without tookMs."));
    }
}

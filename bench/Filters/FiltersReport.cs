using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Bench.Filters;

/// <summary>The table of cells, and the worst of each column that something was promised of.</summary>
internal sealed class FiltersReport(VectorDataSet data, int threads, int queries, CollectionOptions options, bool mixed)
{
    private readonly double _target = options.TargetRecall;

    /// <param name="results">The unfiltered cell first.</param>
    /// <param name="ladder">Of the unfiltered index.</param>
    public void Write(IReadOnlyList<CellResult> results, IReadOnlyList<RecallPoint> ladder)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"filters-{data.Count / 1000}k-{threads}t{(options.Quantization == Quantization.Int8 ? "" : $"-{options.Quantization.ToString().ToLowerInvariant()}")}{(mixed ? "-mixed" : "")}");
        var unfiltered = new Contender(CollectionContender.Family, "unfiltered", new BuildCost(0, 0, 0, 0, null), ladder);
        double? Share(CellResult result, double qps) => qps / unfiltered.RateAt(Math.Min(result.Recall, _target), point => point.Qps);
        double? CpuShare(CellResult result) => 1e6 / result.Pass.CpuMicros / unfiltered.RateAt(Math.Min(result.Recall, _target), point => point.QueriesPerCpuSecond);

        var report = new Report(name, "Filtered search");
        report.Line($"{data.Count:N0} CLIP-like vectors of {data.Dimensions} dimensions, {options.Quantization.ToString().ToLowerInvariant()}, promised recall@10 {Text(_target, "0.##")}; {queries} text queries a cell, {threads} thread(s).");
        report.Line("Correlated filters pick, of 1,000 cells of rows, those nearest to the query until the share is reached; anti-correlated ones the farthest. Effort: what the index's own monitor asks for, "
            + (mixed ? "one for the traffic of all cells." : "when its traffic is that of the cell."));
        report.Line();
        report.Table(
            ["matches, %", "filter", "plan", "effort", "recall@10", "reported (95 %)", "queries/s", "÷ unfiltered", "the same by processor time", "queries/s, scan alone", "÷ unfiltered", "scan µs", "filter µs"],
            results.Select(result => (string[])
            [
                result.Cell.Percent, result.Cell.Relation, result.Plan, Text(result.Effort, "0.##"), Text(result.Recall, "F4"), Reported(result.Reported),
                Text(result.Pass.Qps, "F0"), Text(Share(result, result.Pass.Qps), "F2"), Text(CpuShare(result), "F2"), Text(result.ScanQps(threads), "F0"), Text(Share(result, result.ScanQps(threads)), "F2"),
                Text(result.Pass.ScanMicros, "F0"), Text(result.Pass.FilterMicros, "F0"),
            ]));
        report.Line("÷ unfiltered: speed divided by that of the unfiltered index at the same recall, or at the promised one where a cell has more. Scan alone: without evaluating the filter, "
            + "which for hundreds of values takes its own time. Reported: `exact` where no search was approximate and there is nothing to measure.");
        report.Line();
        var filtered = results.Skip(1).ToList();
        report.Line($"Least recall {Text(results.Min(result => result.Recall), "F4")}; least speed against unfiltered {Text(filtered.Min(result => Share(result, result.Pass.Qps)), "F2")}, by processor time {Text(filtered.Min(CpuShare), "F2")}, "
            + $"by the scan alone {Text(filtered.Min(result => Share(result, result.ScanQps(threads))), "F2")}; "
            + $"reported and true recall at most {Text(100 * results.Max(Error), "F1")} points apart.");
        report.Write();
    }

    private static double Error(CellResult result) => Math.Abs((result.Reported?.Recall ?? 1) - result.Recall);

    private static string Reported(BandRecall? band) => band is null
        ? "exact"
        : $"{Text(band.Recall, "F4")} ({Text(band.Low, "F3")}–{Text(band.High, "F3")}, {band.Queries})";

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}

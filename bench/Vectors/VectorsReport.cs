using System.Globalization;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>The tables of the comparison. Two figures of each rate: by the clock, and by processor time, which other work on the machine lengthens least.</summary>
internal static class VectorsReport
{
    private static readonly double[] Recalls = [0.90, 0.95, 0.99];

    private static readonly Func<RecallPoint, double>[] Rates = [point => point.Qps, point => point.QueriesPerCpuSecond];

    public static void Write(Report report, IReadOnlyList<Contender> contenders)
    {
        report.Table(["contender", "build, s", "build, s of processor", "bytes per vector", "of it in memory", "without float32 rows"], contenders.Select(Cost));
        report.Line("Bytes per vector: everything that the index keeps; ours counts ids and their tables too. In memory: without the float32 rows that lie in mapped files (the first few MiB of them never do). "
            + "USearch builds with one thread whatever is asked.");
        report.Line();
        report.Table(["contender", .. Heads("queries/s")], contenders.Select(Speed));
        report.Line("By the clock / for a second of processor time. `–`: not reached at any effort tried.");
        report.Line();
        var ours = contenders.Where(contender => contender.Family == CollectionContender.Family).ToList();
        var peers = contenders.Except(ours).GroupBy(contender => contender.Family).ToList();
        if (peers.Count > 0)
        {
            report.Table(
                ["ours ÷ the best of", .. Heads("speed"), "build, s", "build, s of processor"],
                ours.SelectMany(our => peers.Select(family => Ratio(our, family.Key, [.. family]))));
            report.Line("Speed: more is better; the best configuration of a peer at each recall by itself. Build time: less is better; the peer's fastest.");
            report.Line();
        }

        report.Table(
            ["contender", "effort", "recall@10", "queries/s by the clock", "µs of processor per query"],
            contenders.SelectMany(contender => contender.Points.Select(point => (string[])[contender.Name, Text(point.Effort, "0.#"), Text(point.Recall, "F4"), Text(point.Qps, "F0"), Text(point.CpuMicros, "F0")])));
    }

    private static IEnumerable<string> Heads(string what) => Recalls.Select(recall => $"{what} at {Text(recall, "F2")}");

    private static string[] Cost(Contender contender) =>
    [
        contender.Name,
        Text(contender.Cost.Wall, "F1"),
        Text(contender.Cost.Cpu, "F1"),
        Text(contender.Cost.BytesPerVector, "F0"),
        Text(contender.Cost.BytesInMemory, "F0"),
        Text(contender.Cost.BytesWithoutFloats, "F0"),
    ];

    private static string[] Speed(Contender contender) =>
        [contender.Name, .. Recalls.Select(recall => string.Join(" / ", Rates.Select(rate => Text(contender.RateAt(recall, rate), "F0"))))];

    private static string[] Ratio(Contender our, string family, List<Contender> peers) =>
    [
        $"{our.Name} ÷ {family}",
        .. Recalls.Select(recall => string.Join(" / ", Rates.Select(rate => Text(our.RateAt(recall, rate) / Best(peers, recall, rate), "F2")))),
        Text(our.Cost.Wall / peers.Min(peer => peer.Cost.Wall), "F2"),
        Text(our.Cost.Cpu / peers.Min(peer => peer.Cost.Cpu), "F2"),
    ];

    private static double? Best(List<Contender> peers, double recall, Func<RecallPoint, double> rate) => peers.Max(peer => peer.RateAt(recall, rate));

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}

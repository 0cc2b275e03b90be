using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Reports;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Recall@10 against cost of our graph and of the peers, on the same CLIP-like vectors in one run.</summary>
internal static class VectorsBench
{
    private const int Dimensions = 512;
    private static readonly string[] AllPeers = ["hnswlib", "usearch", "faiss"];
    private static readonly double[] Recalls = [0.90, 0.95, 0.99];

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the generator", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Of builds and searches (USearch has one)", DefaultValueFactory = _ => 1 };
        var peers = new Option<string[]>("--peers") { Description = "hnswlib, usearch, faiss or none", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => AllPeers };
        var command = new Command("vectors", "Recall against speed of the vector index and its peers") { count, seed, threads, peers };
        command.SetAction(parsed => Run(
            parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(peers) ?? []));
        return command;
    }

    private static int Run(int count, int seed, int threads, string[] peers)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"vectors-{count / 1000}k-{threads}t{(peers.Intersect(AllPeers).Any() ? "" : "-ours")}");
        var data = VectorDataSet.Open(count, Dimensions, seed);
        var report = new Report(name, "Vector index and peers");
        report.Line($"{count:N0} CLIP-like vectors of {Dimensions} dimensions, {data.QueryCount:N0} text queries, recall@10 against exact truth, {threads} thread(s). "
            + "The decisive figures are in processor time, which other work on the machine lengthens least; by the clock they are the same on an idle machine.");
        report.Line();
        report.Table(["trait of the data", "value", "bounds"], VectorTraits.Checked(data));

        List<Contender> contenders = [];
        if (peers.Contains("hnswlib"))
            contenders.AddRange(PeerRunner.Hnswlib(data, threads, [16, 32]));
        if (peers.Contains("usearch"))
            contenders.AddRange(PeerRunner.Usearch(data));
        if (peers.Contains("faiss"))
            contenders.Add(PeerRunner.Faiss(data, threads));

        report.Table(
            ["contender", "build, s", "build, s of processor", "bytes per vector", .. Recalls.Select(recall => $"queries per s of processor at {Text(recall, "F2")}")],
            contenders.Select(contender => (string[])[contender.Name, Text(contender.BuildWall, "F1"), Text(contender.BuildCpu, "F1"), Text(contender.BytesPerVector, "F0"), .. Recalls.Select(recall => Text(contender.RateAt(recall), "F0"))]));
        report.Line("`–`: not reached at any effort tried. Bytes per vector: ours without the float32 vectors that re-score (2,048 bytes, read for about a hundred candidates of a query), the peers as they keep their index.");
        report.Line();
        report.Table(
            ["contender", "effort", "recall@10", "queries/s by the clock", "µs of processor per query"],
            contenders.SelectMany(contender => contender.Points.Select(point => (string[])[contender.Name, Text(point.Effort, "F0"), Text(point.Recall, "F4"), Text(point.Qps, "F0"), Text(point.CpuMicros, "F0")])));
        report.Line($"![recall against speed]({name}.svg)");
        report.Write();
        File.WriteAllText(Path.Combine(Machine.Repository, "bench", "results", $"{name}.svg"), RecallPlot.Draw($"{count:N0} x {Dimensions}, text queries, {threads} thread(s)", contenders));
        return 0;
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}

using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Crops;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Storage;
using ClipOrleans.Vectors;

namespace ClipOrleans.Bench.Vectors;

/// <summary>Recall@10 against cost of our index and of the peers, on the same vectors in one run.</summary>
internal static class VectorsBench
{
    public const int Dimensions = 512;
    private static readonly Quantization[] Coded = [Quantization.Int8, Quantization.Binary];

    public static Command Command()
    {
        var kind = new Option<string>("--data") { Description = "cliplike or crops", DefaultValueFactory = _ => "cliplike" };
        kind.AcceptOnlyFromAmong("cliplike", "crops");
        var count = new Option<int>("--count") { Description = "Vectors", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the generator", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Of builds and searches", DefaultValueFactory = _ => 1 };
        var quantization = new Option<Quantization[]>("--quantization") { Description = "Of ours; several are compared", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Coded };
        var precise = new Option<PreciseVectors>("--vectors") { Description = "Where our float32 rows lie", DefaultValueFactory = _ => PreciseVectors.Mapped };
        var peers = new Option<string[]>("--peers") { Description = "hnswlib, usearch (or usearch-f32, -f16, -i8), faiss or none", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => PeerRunner.Families };
        var fresh = new Option<bool>("--fresh") { Description = "Builds the peers' indexes anew, kept or not" };
        var command = new Command("vectors", "Recall against speed of the vector index and its peers") { kind, count, seed, threads, quantization, precise, peers, fresh };
        command.SetAction(async (parsed, _) =>
        {
            var data = parsed.GetValue(kind) == "crops"
                ? await CropsDataSet.TryOpenAsync(parsed.GetValue(count), parsed.GetValue(seed))
                : VectorDataSet.Open(parsed.GetValue(count), Dimensions, parsed.GetValue(seed));
            if (data is null)
                return 0;
            List<Contender> contenders = [.. (parsed.GetValue(quantization) ?? []).Select(q => CollectionContender.Measure(data, parsed.GetValue(threads), q, parsed.GetValue(precise)))];
            contenders.AddRange(new PeerRunner(data, parsed.GetValue(threads)).Run(parsed.GetValue(peers) ?? [], parsed.GetValue(fresh)));
            Write(data, parsed.GetValue(kind) == "crops", parsed.GetValue(threads), contenders);
            return 0;
        });
        return command;
    }

    private static void Write(VectorDataSet data, bool areCrops, int threads, List<Contender> contenders)
    {
        var hasPeers = contenders.Exists(contender => contender.Family != CollectionContender.Family);
        var name = string.Create(CultureInfo.InvariantCulture, $"vectors-{(areCrops ? "crops-" : "")}{data.Count / 1000}k-{threads}t{(hasPeers ? "" : "-ours")}");
        var report = new Report(name, "Vector index and peers");
        report.Line($"{data.Count:N0} {(areCrops ? "random crops of product photos, embedded," : "CLIP-like vectors")} of {data.Dimensions} dimensions, {data.QueryCount:N0} text queries, "
            + $"recall@10 against exact truth, {threads} thread(s).");
        report.Line();
        report.Table(["trait of the data", "value", "bounds"], VectorTraits.Of(data, areChecked: !areCrops && data.Count >= VectorTraits.LeastCount));
        VectorsReport.Write(report, contenders);
        report.Line($"![recall against speed]({name}.svg)");
        report.Write();
        File.WriteAllText(
            Path.Combine(Machine.Repository, "bench", "results", $"{name}.svg"),
            RecallPlot.Draw($"{data.Count:N0} x {data.Dimensions}{(areCrops ? ", crops" : "")}, text queries, {threads} thread(s)", contenders));
    }
}

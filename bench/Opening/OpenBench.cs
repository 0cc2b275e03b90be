using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Opening;

/// <summary>
/// How long a shard takes from being opened to its first answered search, and what memory: from a snapshot and from the
/// log alone, with its files in the system's memory and without. Each opening is a process of its own, just started.
/// </summary>
internal static class OpenBench
{
    private const int Runs = 5;
    private const string AgainName = "snapshot, in a process that has opened one before";
    private const string WarmedName = "snapshot, in a process that has warmed up as the server does after its start";
    private const string Aside = ".aside";

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "Documents", DefaultValueFactory = _ => 100_000 };
        var seed = new Option<int>("--seed") { Description = "Of the vectors", DefaultValueFactory = _ => 1 };
        var keep = new Option<bool>("--keep") { Description = "Leave the shard for the next run, and take the one that is there" };
        var command = new Command("open", "Opening a shard: time to the first answered search, memory") { count, seed, keep };
        command.SetAction(async (parsed, _) => await RunAsync(parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(keep)));
        return command;
    }

    /// <summary>What the bench calls in a process of its own.</summary>
    public static Command Single()
    {
        var directory = new Argument<string>("directory");
        var queries = new Argument<string>("queries");
        var again = new Option<bool>("--again");
        var warmed = new Option<bool>("--warmed");
        var command = new Command("open-shard", "Opens one shard and prints what that took") { directory, queries, again, warmed };
        command.Hidden = true;
        command.SetAction(async (parsed, _) => await OpenedShard.PrintAsync(parsed.GetRequiredValue(directory), parsed.GetRequiredValue(queries), parsed.GetValue(again), parsed.GetValue(warmed)));
        return command;
    }

    private static async Task<int> RunAsync(int count, int seed, bool keep)
    {
        var data = Path.Combine(VectorDataSet.Cache, string.Create(CultureInfo.InvariantCulture, $"cliplike-{count}x{VectorsBench.Dimensions}-{seed}"));
        if (!File.Exists(Path.Combine(data, "truth.ibin")))
            VectorDataSet.Open(count, VectorsBench.Dimensions, seed);
        var directory = Path.Combine(VectorDataSet.Cache, string.Create(CultureInfo.InvariantCulture, $"open-{count}x{VectorsBench.Dimensions}-{seed}"));
        TimeSpan? taken = keep && Directory.Exists(directory) ? null : await PreparedShard.MakeAsync(Path.Combine(data, "base.fbin"), directory);
        Report(count, directory, taken, Measured(directory, Path.Combine(data, "queries.fbin")));
        if (!keep)
            Directory.Delete(directory, recursive: true);
        return 0;
    }

    private static List<(string Name, IReadOnlyList<OpenedShard> Runs)> Measured(string directory, string queries)
    {
        List<(string, IReadOnlyList<OpenedShard>)> all = [];
        Measure("snapshot, files in the system's memory", Runs, cold: false);
        Measure(WarmedName, Runs, cold: false);
        Measure(AgainName, Runs, cold: false);
        Measure("snapshot, files on the device only", 3, cold: true);
        PreparedShard.MoveSnapshots(directory, directory + Aside);
        Measure("log alone, files in the system's memory", 3, cold: false);
        Measure("log alone, files on the device only", 1, cold: true);
        foreach (var path in Directory.EnumerateFiles(directory + Aside))
            File.Move(path, Path.Combine(directory, Path.GetFileName(path)));
        Directory.Delete(directory + Aside);
        return all;

        void Measure(string name, int runs, bool cold)
        {
            if (!cold)
                OpenedShard.Measure(directory, queries); // warms
            var measured = new List<OpenedShard>();
            for (var run = 0; run < runs; run++)
            {
                if (cold)
                    PreparedShard.MakeCold(directory);
                measured.Add(OpenedShard.Measure(directory, queries, name == AgainName ? ["--again"] : name == WarmedName ? ["--warmed"] : []));
            }

            all.Add((name, [.. measured.OrderBy(static run => run.AnsweredMs)]));
        }
    }

    private static void Report(int count, string directory, TimeSpan? taken, List<(string Name, IReadOnlyList<OpenedShard> Runs)> all)
    {
        foreach (var (name, runs) in all)
        {
            if (runs.Any(run => run.Documents != count || run.FromSnapshot != name.StartsWith("snapshot", StringComparison.Ordinal)))
                throw new InvalidDataException($"{name}: {runs[0]}");
        }

        var report = new Report(string.Create(CultureInfo.InvariantCulture, $"open-{count / 1000}k"), "Opening a shard");
        report.Line($"{count:N0} CLIP-like vectors of {VectorsBench.Dimensions} dimensions with ids and metadata, three declared fields, int8 codes. Each opening is a new process; times are from the call that opens the shard, "
            + "compiling of code included where it is the first, to the first answered search (ten hits with their metadata). Median of the runs, the slowest in brackets.");
        report.Line();
        report.Table(
            ["opened from", "runs", "open, ms", "first search answered, ms", "most memory in use, MB", "of it pages of files at the end, MB", "codes at once"],
            all.Select(static row => (string[])
            [
                row.Name, $"{row.Runs.Count}", Of(row.Runs, static run => run.OpenMs), Of(row.Runs, static run => run.AnsweredMs),
                Text(row.Runs.Max(static run => run.PeakBytes) / 1e6), Text(row.Runs.Max(static run => run.PeakBytes - run.AnonymousBytes) / 1e6), row.Runs[0].HasCodes ? "yes" : "no",
            ]));
        report.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"On disk: log {PreparedShard.Bytes(directory, "log") / 1e6:F0} MB, vectors {PreparedShard.Bytes(directory, "vectors") / 1e6:F0} MB, rows and codes {PreparedShard.Bytes(directory, "rows", "codes", "snapshot") / 1e6:F0} MB."));
        if (taken is { TotalSeconds: var seconds })
            report.Line(string.Create(CultureInfo.InvariantCulture, $"Taking the snapshot, all vectors with it, took {seconds:F1} s."));
        report.Write();
    }

    private static string Of(IReadOnlyList<OpenedShard> runs, Func<OpenedShard, double> value) =>
        $"{Text(value(runs[runs.Count / 2]))} ({Text(runs.Max(value))})";

    private static string Text(double value) => value.ToString("F0", CultureInfo.InvariantCulture);
}

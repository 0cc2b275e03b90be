using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Density;

/// <summary>What many small tenants cost one process: disk, start, memory, open files, and the first search of one that sleeps.</summary>
internal static class DensityBench
{
    private const double TargetMs = 150;
    private const int Starts = 3;

    public static Command Command()
    {
        var tenants = new Option<int>("--tenants") { Description = "Each with one index", DefaultValueFactory = _ => 10_000 };
        var documents = new Option<int>("--documents") { Description = "Of each index", DefaultValueFactory = _ => 1_000 };
        var sent = new Option<int>("--sent") { Description = "Tenants whose documents are sent one by one; the others restore archives of these", DefaultValueFactory = _ => 50 };
        var data = new Option<string?>("--data") { Description = "A folder that is kept and filled up to as many tenants; default: one in artifacts/bench-data" };
        var command = new Command("density", "Many small tenants in one process: disk, start, memory, open files, first and later searches") { tenants, documents, sent, data };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(tenants), parsed.GetValue(documents), Math.Max(1, parsed.GetValue(sent)), parsed.GetValue(data)));
        return command;
    }

    private static async Task<int> RunAsync(int tenants, int documents, int sent, string? data)
    {
        var folder = DensityFolder.Open(data, documents);
        await FirstStartAsync(folder);
        await new DensityLoad(folder, documents).RunAsync(tenants, sent);
        var most = Math.Min(1_000, folder.Tenants.Count / 2);
        var course = new DensityCourse(
            most > 100 ? [100, most] : [most], Cold: Math.Min(300, folder.Tenants.Count - most), Warm: 2 * most, Budgeted: Math.Min(2_000, folder.Tenants.Count));
        var starts = await StartsAsync(folder);
        var run = new DensityRun(folder, course);
        await run.ActiveAsync();
        var hasCold = await run.ColdAsync();
        await run.BudgetAsync();
        return Report(folder, documents, run, starts, hasCold);
    }

    /// <summary>Makes the folder of a server, and the operator's key in it.</summary>
    private static async Task FirstStartAsync(DensityFolder folder)
    {
        if (Directory.Exists(folder.Data))
            return;
        Directory.CreateDirectory(folder.Data);
        await using var server = await DenseServer.StartAsync(folder);
        await server.Process.StopAsync();
    }

    /// <summary>From the start of the process until it is ready, in turn without tenants and with all.</summary>
    private static async Task<(Latencies Empty, Latencies Full)> StartsAsync(DensityFolder folder)
    {
        var empty = DensityFolder.Open(Path.Combine(folder.Root, "empty"), documents: 0);
        await FirstStartAsync(empty);
        var (without, with) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < Starts; i++)
        {
            without.Add(await StartAsync(empty));
            with.Add(await StartAsync(folder));
        }

        Directory.Delete(empty.Root, recursive: true);
        return (new Latencies(without), new Latencies(with));
    }

    private static async Task<TimeSpan> StartAsync(DensityFolder folder)
    {
        await using var server = await DenseServer.StartAsync(folder);
        await IdleServers.UntilAsync(server.Process);
        await server.Process.StopAsync();
        return server.StartTime;
    }

    private static int Report(DensityFolder folder, int documents, DensityRun run, (Latencies Empty, Latencies Full) starts, bool hasCold)
    {
        var count = folder.Tenants.Count;
        var tenants = FolderSize.Of(Path.Combine(folder.Data, "tenants"));
        var catalog = FolderSize.Of(Path.Combine(folder.Data, "catalog"));
        var report = new Report(count == 10_000 ? "density" : string.Create(CultureInfo.InvariantCulture, $"density-{count}"), "Many small tenants in one process");
        report.Line($"{count:N0} tenants with a key and one index of {documents:N0} documents each, {VectorsBench.Dimensions} dimensions, three declared fields, one shard, default settings but where a row says otherwise; "
            + $"Auth:Mode=keys. {folder.Tenants.Count(tenant => tenant.Way == DensityFolder.ByDocuments):N0} of them were sent document by document over HTTP, the others each restored an archive of one of those over HTTP. "
            + "One connection asks tenants in a random order; the measuring client shares the cores with the server.");
        report.Line();
        report.Table(["on disk", "a tenant", "all"], [Disk("tenants' folders", tenants, count), Disk("catalog", catalog, count)]);
        report.Table(
            ["start of the process until it is ready", "starts", "median, ms", "slowest, ms"],
            [Start("without tenants", starts.Empty), Start($"with {count:N0} tenants", starts.Full)]);
        report.Table(
            ["memory and handles", "open shards", "of them by the server's own count, MB", "resident, MB", "of it not pages of files, MB", "most so far, MB", "open files of the data folder", "all handles", "mapped pieces of data files"],
            run.Steps.Select(Step));
        report.Table(["search, ten hits with metadata, over HTTP", "requests", "p50 ms", "p99 ms", "slowest ms", "refused at first (503)", "cores that others used meanwhile"], run.Times.Select(Times));
        var missed = run.Times.Where(times => times.Times.Milliseconds(99) > TargetMs).Select(times => times.Name).ToList();
        report.Line(missed.Count == 0 ? $"The target, p99 of a first search of at most {TargetMs} ms, is reached." : $"The target, p99 of a first search of at most {TargetMs} ms, is missed: {string.Join("; ", missed)}.");
        if (OthersTime.Nice() is not 0 and var nice)
            report.Line($"Other work was done on the machine meanwhile; bench and server ran before it (nice {nice}).");
        if (!hasCold)
            report.Line("Files on the device only were not measured: the system may not be made to forget them here.");
        report.Write();
        return 0;
    }

    private static string[] Disk(string name, FolderSize size, int count) =>
    [
        name,
        $"{Text((double)size.Files / count, "F1")} files in {Text((double)size.Folders / count, "F1")} folders, {Text(size.Length / 1e3 / count, "F0")} kB, {Text(size.Allocated / 1e3 / count, "F0")} kB allocated",
        $"{size.Files:N0} files, {Text(size.Length / 1e9, "F2")} GB, {Text(size.Allocated / 1e9, "F2")} GB allocated",
    ];

    private static string[] Start(string name, Latencies times) => [name, $"{times.Count}", Text(times.Milliseconds(50), "F0"), Text(times.Milliseconds(100), "F0")];

    private static string[] Step(DensityStep step) =>
    [
        step.Name, $"{step.Use.OpenShards:N0}", Megabytes(step.Use.ShardBytes), Megabytes(step.Use.Resident), Megabytes(step.Use.Anonymous), Megabytes(step.Use.Peak),
        $"{step.Use.DataFiles:N0}", $"{step.Use.Handles:N0}", $"{step.Use.DataMaps:N0}",
    ];

    private static string[] Times(DensityTimes times) =>
        [times.Name, $"{times.Times.Count:N0}", times.Times.Percentile(50), times.Times.Percentile(99), times.Times.Percentile(100), $"{times.Refused:N0}", Text(times.Others, "F1")];

    private static string Megabytes(long bytes) => Text(bytes / 1e6, "F0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

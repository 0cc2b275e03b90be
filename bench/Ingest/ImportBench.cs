using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Bench.Ingest;

/// <summary>
/// How many photos a second come in over HTTP, and what share that is of decoding and encoding alone on the same cores in the same run.
/// The bare loop runs before and after, so that a machine that slows down meanwhile shows.
/// </summary>
internal static class ImportBench
{
    /// <summary>The share that the rest (HTTP, base64, JSON, log, fsync) may leave over.</summary>
    private const double Target = 0.8;

    public static Command Command()
    {
        var url = new Option<string?>("--url") { Description = "A server that runs already, on this machine; default: one is started" };
        var command = new Command("import", "Photos a second over HTTP against the bare decode and encode loop") { url };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(url)));
        return command;
    }

    private static async Task<int> RunAsync(string? url)
    {
        if (FashionData.TryLoad() is not { } products)
        {
            return 0;
        }

        await using var server = await BenchServer.OpenAsync(url);
        await using var bare = await BareEncoder.OpenAsync();
        var images = products.Select(product => (ReadOnlyMemory<byte>)product.Image).ToList();
        await bare.RateAsync(images[..(images.Count / 4)]); // warm: code compiled, files in memory
        await FashionIndex.ImportAsync(server.Client, "bench-import-warm", products[..(products.Count / 4)]);

        var before = await bare.RateAsync(images);
        var withThumbnails = products.Count / (await FashionIndex.ImportAsync(server.Client, "bench-import", products)).TotalSeconds;
        var without = products.Count / (await FashionIndex.ImportAsync(server.Client, "bench-import-none", products, KeepImages.None)).TotalSeconds;
        var after = await bare.RateAsync(images);
        var alone = (before + after) / 2;

        var report = new Report("import", "Import of photos over HTTP");
        report.Line($"{products.Count} photos (short side 256), JSON bulk requests with base64, as `clip import` sends them. Every answer means: forced to the device.");
        report.Line();
        report.Table(
            ["what", "images/s", "share of the bare loop"],
            [
                ["decode + encode alone, before", Round(before), ""],
                ["decode + encode alone, after", Round(after), ""],
                ["import, thumbnails kept (default)", Round(withThumbnails), Share(withThumbnails / alone)],
                ["import, no pictures kept", Round(without), Share(without / alone)],
            ]);
        report.Line($"Target: at least {Share(Target)} of the bare loop. The importing client shares the cores with the server.");
        report.Write();
        foreach (var name in (string[])["bench-import-warm", "bench-import", "bench-import-none"])
        {
            await server.Client.DeleteIndexAsync(name);
        }

        return 0;
    }

    private static string Round(double rate) => rate.ToString("F0", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("F2", CultureInfo.InvariantCulture);
}

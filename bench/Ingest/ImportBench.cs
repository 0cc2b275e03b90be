using System.CommandLine;
using System.Globalization;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Client.Indexes;

namespace ClipOrleans.Bench.Ingest;

/// <summary>
/// How many photos a second come in over HTTP, and what share that is of decoding and encoding alone on the same cores in the same run.
/// The two take turns, since the machine is shared; the shares of the rounds tell how much it swayed. The server caches no embeddings
/// here: a photo that was encoded in an earlier round would cost nothing.
/// </summary>
internal static class ImportBench
{
    /// <summary>The share that the rest (HTTP, base64, JSON, log, fsync) may leave over.</summary>
    private const double Target = 0.8;

    private const int Rounds = 3;

    public static Command Command()
    {
        var command = new Command("import", "Photos a second over HTTP against the bare decode and encode loop");
        command.SetAction((_, _) => RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        if (FashionData.TryLoad() is not { } products)
        {
            return 0;
        }

        await using var server = await BenchServer.OpenAsync(url: null, "--Query:CachedImages=3");
        await using var bare = await BareEncoder.OpenAsync();
        var images = products.Select(product => (ReadOnlyMemory<byte>)product.Image).ToList();
        await bare.RateAsync(images[..(images.Count / 4)]); // warm: code compiled, files in memory
        await ImportRateAsync(server, products[..(products.Count / 4)], KeepImages.Thumbnail);

        var rows = new List<string[]>();
        var shares = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            var alone = await bare.RateAsync(images);
            var withThumbnails = await ImportRateAsync(server, products, KeepImages.Thumbnail);
            var without = await ImportRateAsync(server, products, KeepImages.None);
            alone = (alone + await bare.RateAsync(images)) / 2;
            shares.Add(withThumbnails / alone);
            rows.Add([round.ToString(CultureInfo.InvariantCulture), Round(alone), Round(withThumbnails), Share(withThumbnails / alone), Round(without), Share(without / alone)]);
        }

        var median = shares.Order().ElementAt(Rounds / 2);
        var report = new Report("import", "Import of photos over HTTP");
        report.Line($"{products.Count} photos (short side 256), JSON bulk requests with base64, as `clip import` sends them. Every answer means: forced to the device.");
        report.Line("No embedding comes from a cache. The importing client shares the cores with the server; the bare loop has them alone.");
        report.Line();
        report.Table(["round", "decode + encode alone, images/s", "import, images/s", "share", "import without pictures kept, images/s", "share"], rows);
        report.Line($"Median share {Share(median)}; target: at least {Share(Target)}.");
        report.Write();
        return median >= Target ? 0 : 1;
    }

    private static async Task<double> ImportRateAsync(BenchServer server, List<Product> products, KeepImages keep)
    {
        const string Name = "bench-import";
        var took = await FashionIndex.ImportAsync(server.Client, Name, products, keep);
        await server.Client.DeleteIndexAsync(Name);
        return products.Count / took.TotalSeconds;
    }

    private static string Round(double rate) => rate.ToString("F0", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("F2", CultureInfo.InvariantCulture);
}

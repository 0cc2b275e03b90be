using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Client;
using ClipOrleans.Client.Search;

namespace ClipOrleans.Bench.Quality;

/// <summary>
/// Do words find the right pictures? Precision at 5 over every (colour, type) pair with at least five products: query "colour type",
/// a hit is relevant if its metadata has both. And the article's four searches, to be looked at.
/// </summary>
internal static class QualityBench
{
    private const int TopK = 5;
    private const int MinProducts = 5;

    /// <summary>What the reference implementation reaches with the same model and data (models/golden-quality.json), and how far off is still the same.</summary>
    private const double Reference = 0.58;
    private const double Tolerance = 0.02;

    private static readonly (string Text, string Gender, string Colour)[] Searches =
    [
        ("red sneakers for boys", "Boys", "Red"),
        ("minnie mouse t-shirts", "Girls", "Pink"),
        ("black heels", "Women", "Black"),
        ("blue jeans for girls", "Girls", "Blue"),
    ];

    public static Command Command()
    {
        var url = new Option<string?>("--url") { Description = "A server that runs already; default: one is started" };
        var index = new Option<string?>("--index") { Description = "An index that holds the products already; default: they are imported" };
        var command = new Command("quality", "Precision at 5 on the fashion products, and the article's searches") { url, index };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(url), parsed.GetValue(index)));
        return command;
    }

    private static async Task<int> RunAsync(string? url, string? index)
    {
        if (FashionData.TryLoad() is not { } products)
        {
            return 0;
        }

        await using var server = await BenchServer.OpenAsync(url);
        if (index is null)
        {
            index = "bench-quality";
            await FashionIndex.ImportAsync(server.Client, index, products);
        }

        var report = new Report("quality", "Quality on the fashion products");
        var precision = await PrecisionAsync(server.Client.Index(index), products, report);
        await ShowSearchesAsync(server.Client.Index(index), report);
        report.Write();
        return Math.Abs(precision - Reference) <= Tolerance ? 0 : 1;
    }

    private static async Task<double> PrecisionAsync(IndexClient index, List<Product> products, Report report)
    {
        var pairs = products.GroupBy(product => (product.Colour, product.Type)).Where(pair => pair.Count() >= MinProducts).Select(pair => pair.Key).ToList();
        var sum = 0.0;
        foreach (var (colour, type) in pairs)
        {
            var answer = await index.SearchAsync(new SearchRequest { Text = $"{colour} {type}".ToLowerInvariant(), TopK = TopK });
            sum += answer.Hits.Count(hit => Of(hit, "colour") == colour && Of(hit, "type") == type) / (double)TopK;
        }

        var precision = sum / pairs.Count;
        report.Line($"**precision@5 = {precision.ToString("F3", CultureInfo.InvariantCulture)}** over {pairs.Count} (colour, type) pairs of {products.Count} products");
        report.Line($"(reference implementation: {Reference.ToString(CultureInfo.InvariantCulture)}; the bench fails when it is more than {Tolerance.ToString(CultureInfo.InvariantCulture)} off).");
        report.Line();
        return precision;
    }

    private static async Task ShowSearchesAsync(IndexClient index, Report report)
    {
        foreach (var (text, gender, colour) in Searches)
        {
            await ShowAsync(index, report, text, null);
            await ShowAsync(index, report, text, new JsonObject { ["gender"] = gender, ["colour"] = colour });
        }
    }

    private static async Task ShowAsync(IndexClient index, Report report, string text, JsonObject? filter)
    {
        var answer = await index.SearchAsync(new SearchRequest { Text = text, TopK = TopK, Filter = filter });
        report.Line($"## {text}{(filter is null ? "" : $" (gender {filter["gender"]}, colour {filter["colour"]})")}");
        report.Line();
        report.Line($"{answer.Total} documents match the filter.");
        report.Line();
        report.Table(
            ["id", "score", "title", "gender", "colour", "type"],
            answer.Hits.Select(hit => new[] { hit.Id, hit.Score.ToString("F3", CultureInfo.InvariantCulture), Of(hit, "title"), Of(hit, "gender"), Of(hit, "colour"), Of(hit, "type") }));
    }

    private static string Of(SearchHit hit, string field) =>
        (string?)hit.Metadata?[field] ?? throw new InvalidDataException($"{hit.Id} has no {field} in its metadata: the index holds other data.");
}

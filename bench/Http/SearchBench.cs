using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ClipOrleans.Bench.Fashion;
using ClipOrleans.Bench.Reports;
using ClipOrleans.Bench.Servers;
using ClipOrleans.Client;

namespace ClipOrleans.Bench.Http;

/// <summary>How fast a search is answered over HTTP: texts never seen (the encoder included), texts of the day (cached), vectors, filters.</summary>
internal static class SearchBench
{
    private const int Seed = 1;
    private const int Distinct = 20;
    private static readonly int[] Connections = [1, 8];

    public static Command Command()
    {
        var url = new Option<string?>("--url") { Description = "A server that runs already; default: one is started" };
        var index = new Option<string?>("--index") { Description = "An index that holds the products already; default: they are imported" };
        var requests = new Option<int>("--requests") { Description = "Requests of each measurement, a connection", DefaultValueFactory = _ => 1_000 };
        var command = new Command("search", "p50, p99 and requests a second over HTTP") { url, index, requests };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(url), parsed.GetValue(index), parsed.GetValue(requests)));
        return command;
    }

    private static async Task<int> RunAsync(string? url, string? index, int requests)
    {
        if (FashionData.TryLoad() is not { } products)
        {
            return 0;
        }

        await using var server = await BenchServer.OpenAsync(url);
        if (index is null)
        {
            index = "bench-search";
            await FashionIndex.ImportAsync(server.Client, index, products);
        }

        var vectors = await VectorsAsync(server.Client.Index(index), products);
        var kinds = Kinds(products, vectors);
        var rows = new List<string[]>();
        foreach (var (kind, body) in kinds)
        {
            await LoadLoop.RunAsync(server.Address, index, 2, requests / 10, i => body(-1 - i)); // warm
            foreach (var connections in Connections)
            {
                var (times, elapsed) = await LoadLoop.RunAsync(server.Address, index, connections, requests, i => body((connections * 1_000_000) + i));
                var rate = (times.Count / elapsed.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
                rows.Add([kind, $"{connections}", $"{times.Count}", times.Percentile(50), times.Percentile(99), rate]);
            }
        }

        var report = new Report("search", "Search over HTTP");
        report.Line($"{products.Count} documents, top 10 with metadata, default settings. The measuring client shares the cores with the server.");
        report.Line();
        report.Table(["query", "connections", "requests", "p50 ms", "p99 ms", "requests/s"], rows);
        report.Write();
        return 0;
    }

    /// <summary>Each kind of query: the body of the i-th request.</summary>
    private static List<(string Kind, Func<int, JsonObject> Body)> Kinds(List<Product> products, List<float[]> vectors) =>
    [
        ("text, never seen", i => new JsonObject { ["text"] = $"{Pick(products, i).Title} {i}" }),
        ("text, repeated", i => new JsonObject { ["text"] = Pick(products, i % Distinct).Title }),
        ("text, repeated, filter on gender and colour", i => new JsonObject
        {
            ["text"] = Pick(products, i % Distinct).Title,
            ["filter"] = new JsonObject { ["gender"] = Pick(products, i).Gender, ["colour"] = Pick(products, i).Colour },
        }),
        ("vector", i => new JsonObject { ["vector"] = Blend(Pick(vectors, i), Pick(vectors, (i * 7) + 3)) }),
    ];

    private static T Pick<T>(List<T> list, int i) => list[(int)((uint)i % (uint)list.Count)];

    private static JsonArray Blend(float[] a, float[] b) => new([.. a.Zip(b, (x, y) => (JsonNode)(x + (0.5f * y)))]);

    private static async Task<List<float[]>> VectorsAsync(IndexClient index, List<Product> products)
    {
        var sample = products.ToArray();
        new Random(Seed).Shuffle(sample);
        var vectors = new List<float[]>();
        foreach (var product in sample.Take(200))
        {
            var stored = await index.GetAsync(product.Id, includeVector: true);
            vectors.Add(stored.Vector?.ToArray() ?? throw new InvalidDataException($"{product.Id} came without its vector."));
        }

        return vectors;
    }
}

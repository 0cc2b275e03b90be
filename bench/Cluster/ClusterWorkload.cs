using System.Text.Json.Nodes;
using ClipOrleans.Bench.Http;
using ClipOrleans.Bench.Vectors;

namespace ClipOrleans.Bench.Cluster;

/// <summary>What is asked: bodies of searches by vector, ten hits each.</summary>
internal sealed record ClusterWorkload(string Name, byte[][] Bodies)
{
    /// <summary>The field that the filter is on.</summary>
    public const string Field = "tenth";

    private const int Tenths = 10;

    public static IReadOnlyList<ClusterWorkload> Of(VectorDataSet data, int requests) =>
    [
        new("vector", Make(data, requests, _ => [])),
        new("vector, filter that 10 % match", Make(data, requests, i => [Filter(i)])),
    ];

    /// <summary>The same queries, answered exactly.</summary>
    public static IReadOnlyList<ClusterWorkload> Exact(VectorDataSet data, int requests) =>
    [
        new("vector, exact", Make(data, requests, _ => [new("exact", true)])),
        new("vector, filter that 10 % match, exact", Make(data, requests, i => [Filter(i), new("exact", true)])),
    ];

    /// <summary>The metadata of a document.</summary>
    public static JsonObject Metadata(int row) => new() { [Field] = $"{row % Tenths}" };

    private static KeyValuePair<string, JsonNode?> Filter(int request) => new("filter", new JsonObject { [Field] = $"{request % Tenths}" });

    private static byte[][] Make(VectorDataSet data, int requests, Func<int, IEnumerable<KeyValuePair<string, JsonNode?>>> more) =>
        [.. Enumerable.Range(0, requests).Select(i => ServedVectors.SearchBody(data, i % data.QueryCount, more(i)))];
}

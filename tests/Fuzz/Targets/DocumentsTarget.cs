using System.Text;
using System.Text.Json;
using ClipOrleans.Fuzz.Engine;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Storage.Writing;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Fuzz.Targets;

/// <summary>A document to write, on its whole way: read by the gateway, checked again by the shard, its metadata patched by its own and read back.</summary>
internal sealed class DocumentsTarget : FuzzTarget
{
    private static readonly LimitOptions Limits = new() { MaxImageBytes = 1_024, MaxTextLength = 200, MaxMetadataBytes = 2_048 };
    private static readonly DocumentReader Reader = new(OpenIndexes.WithModel, Limits);
    private static readonly FieldSchema Schema = OpenIndexes.WithModel.Schema;

    private static readonly byte[] Stored = """{"colour":"red","price":12.50,"tags":["a","b"],"nested":{"a":{"b":1},"c":[1,2]},"é":"\u20ac"}"""u8.ToArray();

    public override string Name => "documents";

    public override string Promise => "a document that the shard takes and whose metadata comes back, or a problem";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ((string[])[
        """{"id":"d1","text":"a red shoe","metadata":{"colour":"red","price":1.50,"new":true,"made":"2026-03-01T12:00:00.5+01:00","tags":["a","b","a"],"place":{"lat":1,"lon":-180},"more":{"x":[1,null,{"y":"z"}]}}}""",
        """{"vector":[0.1,-2e3,0],"metadata":{}}""",
        """{"imageUrl":"https://example.org/a.png?x=1#y","metadata":{"colour":null,"nested":{"a":null,"c":{}}}}""",
        """{"imageBase64":"iVBORw0KGgo\/AAA=","metadata":{"é":"\u00e9\ud83d\udc5f","price":1e3}}""",
        """{"id":"\u0009","text":"x"}""",
        """{"text":"x","metadata":{"made":"2026-02-30","place":{"lat":91}}}""",
    ]).Select(Encoding.UTF8.GetBytes)];

    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "id", "text", "vector", "imageUrl", "imageBase64", "metadata", "colour", "price", "new", "made", "tags", "place", "lat", "lon", "nested",
        "\"2026-03-01T12:00:00Z\"", "\"2026-02-29\"", "{\"lat\":-90,\"lon\":180}", "\"\\ud83d\\udc5f\"", "\\u0000", "null", "1e308", "-1e309", "AAAA", "=", "\\/",
    ];

    public override string Run(byte[] input)
    {
        using var item = Reader.Parse(input);
        if (item.Error is { } error)
            return Answers.Refusal(error);
        BrokenPromiseException.Unless(item.Source is not null, "a document without a source");
        BrokenPromiseException.Unless(item.Id is null || DocumentIds.Check(item.Id) is null, "an id against its rule");
        using var metadata = MetadataCheck.TryParse(item.Metadata, out var unreadable);
        BrokenPromiseException.Unless(metadata is not null, $"the shard cannot read the metadata: {unreadable?.Detail}");
        var root = metadata!.RootElement;
        BrokenPromiseException.Unless(MetadataCheck.Refuse(root, item.Metadata.Length, Schema) is null, "the shard refuses what the gateway took");
        BrokenPromiseException.Unless(CanonicalJson.Write(root).AsSpan().SequenceEqual(item.Metadata), "canonical JSON changes when it is written again");
        Patch(root);
        BrokenPromiseException.Unless(MetadataReader.TryRead(root, Schema, out var strict, out _), "values that cannot be read");
        var lenient = MetadataReader.ReadLenient(item.Metadata, Schema);
        BrokenPromiseException.Unless(strict.Count == lenient.Count, "replay reads other values than the request");
        return $"{item.Source!.Kind} {item.Id?.Length > 0} {strict.Count} {root.GetPropertyCount()}";
    }

    /// <summary>Twice the same patch is once the patch, and what it makes is metadata again.</summary>
    private static void Patch(JsonElement patch)
    {
        using var stored = JsonDocument.Parse(Stored);
        var once = MetadataMerge.Apply(stored.RootElement, patch);
        using var merged = MetadataCheck.TryParse(once, out var unreadable);
        BrokenPromiseException.Unless(merged is not null, $"a patch makes what is no metadata: {unreadable?.Detail}");
        var twice = MetadataMerge.Apply(merged!.RootElement, patch);
        BrokenPromiseException.Unless(once.AsSpan().SequenceEqual(twice), "a patch that is applied twice changes something");
    }
}

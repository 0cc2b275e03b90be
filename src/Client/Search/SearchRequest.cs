using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Search;

/// <summary>
/// A search: at most one of text, image, vector, id and queries. With none of them and a filter, the matching documents
/// come in id order.
/// </summary>
public sealed record SearchRequest
{
    /// <summary>Words to search with.</summary>
    public string? Text { get; init; }

    /// <summary>An address from which the server fetches the image to search with.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The bytes of an image file to search with, sent as <c>imageBase64</c>.</summary>
    [JsonPropertyName("imageBase64")]
    public ReadOnlyMemory<byte>? Image { get; init => field = OptionalMemory.Of(value); }

    /// <summary>An embedding to search with.</summary>
    public ReadOnlyMemory<float>? Vector { get; init => field = OptionalMemory.Of(value); }

    /// <summary>A stored document: finds more like it, itself excluded.</summary>
    public string? Id { get; init; }

    /// <summary>Several weighted parts, summed and normalised.</summary>
    public IReadOnlyList<QueryPart>? Queries { get; init; }

    /// <summary>Conditions on declared fields, for example <c>{"colour":{"$in":["Red","Blue"]}}</c>.</summary>
    public JsonObject? Filter { get; init; }

    /// <summary>How many hits, 1 to 1,000. The server's default is 10.</summary>
    public int? TopK { get; init; }

    /// <summary>How many hits to leave out first; with topK at most 10,000.</summary>
    public int? Offset { get; init; }

    /// <summary>The least score of a hit.</summary>
    public double? MinScore { get; init; }

    /// <summary>The true nearest ones by float32 cosine, at the price of reading every vector.</summary>
    public bool? Exact { get; init; }

    /// <summary>What to return of each hit: <c>metadata</c> (the server's default) and <c>vector</c>.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>Declared fields whose values are counted over all matching documents.</summary>
    public IReadOnlyList<string>? Facets { get; init; }

    /// <summary>A declared field: hits with one value count as one group.</summary>
    public string? GroupBy { get; init; }

    /// <summary>Most hits in a group.</summary>
    public int? GroupSize { get; init; }

    /// <summary>0 (only relevance) to 1 (only variety): maximal marginal relevance.</summary>
    public double? Diversity { get; init; }

    /// <summary>For how long to wait for shards, in milliseconds.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>What to do when a shard does not answer in time: <c>allow</c> or <c>fail</c>.</summary>
    public string? Partial { get; init; }

    /// <summary>Return the plan of the search.</summary>
    public bool? Explain { get; init; }
}

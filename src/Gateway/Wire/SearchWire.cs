using System.ComponentModel;
using System.Text.Json;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Wire;

/// <summary>
/// A search: exactly one of text, imageUrl, imageBase64, vector, id and queries. With a filter and none of these, the
/// documents that match it come in id order.
/// </summary>
internal sealed record SearchRequest
{
    [Description("Words to find pictures by.")]
    public string? Text { get; init; }

    [Description("An http or https URL of an image to search with.")]
    public string? ImageUrl { get; init; }

    [Description("The bytes of an image file to search with, in base64.")]
    public string? ImageBase64 { get; init; }

    [Description("An embedding to search with.")]
    public IReadOnlyList<float>? Vector { get; init; }

    [Description("A stored document to search with: more like this. It is not among the hits.")]
    public string? Id { get; init; }

    [Description("Up to 32 of the above, weighted, added and normalised.")]
    public IReadOnlyList<QueryPartInput>? Queries { get; init; }

    [Description("Conditions on declared fields, for example {\"price\": {\"$lt\": 50}}.")]
    public JsonElement? Filter { get; init; }

    [Description("Hits of the page, 1 to 1,000. Default 10.")]
    public int? TopK { get; init; }

    [Description("Hits to pass over. topK and offset together are at most 10,000. Default 0.")]
    public int? Offset { get; init; }

    [Description("Least cosine similarity of a hit, -1 to 1.")]
    public double? MinScore { get; init; }

    [Description("True: the true nearest documents, whatever it costs. Default false.")]
    public bool? Exact { get; init; }

    [Description("What comes with a hit: metadata, vector. Default metadata; with an empty list a hit is id and score.")]
    public IReadOnlyList<string>? Include { get; init; }

    [Description("Declared fields whose values are counted among the documents that match the filter: at most 16.")]
    public IReadOnlyList<string>? Facets { get; init; }

    [Description("A declared field: at most groupSize hits have the same value of it. Documents without it stand for themselves.")]
    public string? GroupBy { get; init; }

    [Description("Hits of one group, 1 to 100. Default 1.")]
    public int? GroupSize { get; init; }

    [Description("0 to 1: how much being unlike the other hits counts against being like the query (maximal marginal relevance). topK and offset together are then at most 1,000.")]
    public double? Diversity { get; init; }

    [Description("Milliseconds the search may take, 1 to 60,000. Default 10,000.")]
    public int? TimeoutMs { get; init; }

    [Description("What to do when a shard does not answer in time: allow (say so and give what there is) or fail (503). Default allow.")]
    public string? Partial { get; init; }

    [Description("Tell how it was searched. Default false.")]
    public bool? Explain { get; init; }
}

/// <summary>A part of a search: exactly one of text, imageUrl, imageBase64, vector and id.</summary>
internal sealed record QueryPartInput
{
    public string? Text { get; init; }

    public string? ImageUrl { get; init; }

    public string? ImageBase64 { get; init; }

    public IReadOnlyList<float>? Vector { get; init; }

    public string? Id { get; init; }

    [Description("Its share, -1,000 to 1,000; negative to move away from it. Default 1.")]
    public double? Weight { get; init; }
}

/// <summary>Up to 64 searches.</summary>
internal sealed record BatchSearchRequest
{
    public required IReadOnlyList<SearchRequest> Searches { get; init; }
}

/// <summary>The answers in the order of the searches: each has the members of a search response, or error with a problem.</summary>
internal sealed record BatchSearchResponse
{
    public required IReadOnlyList<RawJson> Results { get; init; }
}

/// <summary>The result of a search of a batch that failed.</summary>
internal sealed record BatchSearchFailure
{
    public required Problem Error { get; init; }
}

/// <summary>The answer to a search.</summary>
internal sealed record SearchResponse
{
    [Description("Names this search in the server's log and traces.")]
    public required string QueryId { get; init; }

    [Description("By score, highest first, then by id.")]
    public required IReadOnlyList<HitWire> Hits { get; init; }

    [Description("How many documents match the filter.")]
    public required long Total { get; init; }

    [Description("Field → its 100 most frequent values among the documents that match the filter, most frequent first, then by value.")]
    public IReadOnlyDictionary<string, IReadOnlyList<FacetValueWire>>? Facets { get; init; }

    [Description("Field → how often all its other values occur together; absent when none were left out.")]
    public IReadOnlyDictionary<string, long>? FacetsOmitted { get; init; }

    [Description("The hits are the true nearest documents.")]
    public required bool Exact { get; init; }

    [Description("Some shard did not answer: hits, total and facets lack what it has.")]
    public required bool Partial { get; init; }

    public required ShardsWire Shards { get; init; }

    public required TookWire TookMs { get; init; }

    public ExplainWire? Explain { get; init; }
}

/// <summary>A document that was found.</summary>
internal sealed record HitWire
{
    public required string Id { get; init; }

    [Description("Cosine similarity to the query; 0 when there is no query but a filter.")]
    public required float Score { get; init; }

    public RawJson? Metadata { get; init; }

    [Description("Where the image was fetched from, or the path of the kept image.")]
    public string? ImageUrl { get; init; }

    [Description("Its value of the field that was grouped by.")]
    public RawJson? Group { get; init; }

    public VectorJson? Vector { get; init; }
}

/// <summary>How often a value of a field occurs among the documents that match the filter.</summary>
internal sealed record FacetValueWire
{
    [Description("The value in the field's type.")]
    public required RawJson Value { get; init; }

    public required long Count { get; init; }
}

/// <summary>How many shards were asked.</summary>
internal sealed record ShardsWire
{
    public required int Total { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }
}

/// <summary>Where the time went, in milliseconds.</summary>
internal sealed record TookWire
{
    public required double Total { get; init; }

    public required double Encode { get; init; }

    public required double Search { get; init; }
}

/// <summary>How it was searched.</summary>
internal sealed record ExplainWire
{
    [Description("The version of the index that was searched.")]
    public required long IndexVersion { get; init; }

    public required IReadOnlyList<ExplainPartWire> Query { get; init; }

    [Description("Hits asked of each shard.")]
    public required int Window { get; init; }

    public required IReadOnlyList<ExplainLegWire> Shards { get; init; }
}

/// <summary>A part of the query.</summary>
internal sealed record ExplainPartWire
{
    [Description("text, imageUrl, imageBase64, vector or id.")]
    public required string Kind { get; init; }

    public required double Weight { get; init; }

    [Description("Its embedding was known already; absent where nothing had to be embedded.")]
    public bool? Cached { get; init; }
}

/// <summary>One shard's part: its plan and costs, or why it failed.</summary>
internal sealed record ExplainLegWire
{
    public required int Shard { get; init; }

    [Description("The address of the silo that answered for it.")]
    public string? Silo { get; init; }

    [Description("The number of the read replica that answered; absent where the shard itself did.")]
    public int? Replica { get; init; }

    [Description("Milliseconds from asking to its answer. Shards of one silo are asked by one call, and have one time.")]
    public required double TookMs { get; init; }

    [Description("What the planner chose. Exact: none-match, count-only, exact-scan-all, exact-scan-matches, id-order. Approximate: list-scan, code-scan-matches.")]
    public string? Strategy { get; init; }

    public long? Documents { get; init; }

    public long? Matched { get; init; }

    [Description("Vectors compared with the query, by codes or precisely.")]
    public long? RowsScored { get; init; }

    [Description("Level of effort of an approximate search; one more about halves what is missed. Absent where the search was exact, like the three that follow.")]
    public double? EffortLevel { get; init; }

    [Description("Lists of codes that were read.")]
    public int? ListsProbed { get; init; }

    [Description("Rows scored by short codes.")]
    public long? RowsCoded { get; init; }

    [Description("Rows scored again by longer codes.")]
    public long? RowsRescored { get; init; }

    [Description("What the planner expected scanMicroseconds to be.")]
    public double? EstimatedMicroseconds { get; init; }

    public double? QueuedMicroseconds { get; init; }

    public double? FilterMicroseconds { get; init; }

    public double? ScanMicroseconds { get; init; }

    public double? ReadMicroseconds { get; init; }

    [Description("Why it failed, as the slug of an error.")]
    public string? Failed { get; init; }
}

using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Search;

/// <summary>One search on one shard.</summary>
/// <param name="Vector">The L2-normalised query, float32 little-endian; null browses in id order.</param>
/// <param name="Filter">The filter as canonical UTF-8 JSON, checked by the gateway; null matches everything.</param>
/// <param name="TopK">How many hits at most, from the best on: topK + offset of the request.</param>
/// <param name="MinScore">Cosine at or above which a hit counts.</param>
/// <param name="ExcludeId">A document that must not be among the hits (more like this).</param>
/// <param name="AfterId">Browsing: only ids after this one.</param>
/// <param name="IncludeRows">Return the rows of the hits too; otherwise <see cref="ShardHits.Locators"/> fetch them.</param>
/// <param name="BudgetMilliseconds">Time left for this leg; a shard stops working for a caller that is gone.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardQuery")]
public sealed record ShardQuery(
    [property: Id(0)] long IndexVersion,
    [property: Id(1)] byte[]? Vector,
    [property: Id(2)] byte[]? Filter,
    [property: Id(3)] int TopK,
    [property: Id(4)] float? MinScore,
    [property: Id(5)] bool Exact,
    [property: Id(6)] string? ExcludeId,
    [property: Id(7)] string? AfterId,
    [property: Id(8)] ImmutableArray<string> Facets,
    [property: Id(9)] bool IncludeRows,
    [property: Id(10)] bool IncludeVectors,
    [property: Id(11)] int BudgetMilliseconds);

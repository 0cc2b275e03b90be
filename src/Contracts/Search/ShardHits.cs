using System.Collections.Immutable;
using ClipOrleans.Contracts.Documents;

namespace ClipOrleans.Contracts.Search;

/// <summary>
/// The best hits of one shard in order (score descending, then id), as parallel arrays: an array of structs costs twice
/// as much to serialize.
/// </summary>
/// <param name="Scores">float32 little-endian, 4 bytes a hit; zeros when browsing.</param>
/// <param name="Locators">int64 little-endian, 8 bytes a hit.</param>
/// <param name="Rows">One per hit when asked for, otherwise empty.</param>
/// <param name="Matched">How many live documents match the filter.</param>
/// <param name="Exact">The hits are the true top-K.</param>
/// <param name="Silo">The address of the silo that has the shard; null from one that does not say.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardHits")]
public sealed record ShardHits(
    [property: Id(0)] ImmutableArray<string> Ids,
    [property: Id(1)] byte[] Scores,
    [property: Id(2)] byte[] Locators,
    [property: Id(3)] ImmutableArray<DocumentRow> Rows,
    [property: Id(4)] long Matched,
    [property: Id(5)] ImmutableArray<ShardFacet> Facets,
    [property: Id(6)] bool Exact,
    [property: Id(7)] ShardPlan Plan,
    [property: Id(8)] string? Silo = null)
{
    /// <summary>The same answer with no more than the first <paramref name="count"/> hits.</summary>
    public ShardHits Best(int count) => count >= Ids.Length
        ? this
        : this with
        {
            Ids = Ids[..count],
            Scores = Scores[..(count * sizeof(float))],
            Locators = Locators[..(count * sizeof(long))],
            Rows = Rows.IsDefaultOrEmpty ? Rows : Rows[..count],
        };
}

/// <summary>
/// How often each value occurs among the documents that match the filter: all values of the shard, so that sums are
/// exact, up to <see cref="Limits.MaxFacetValuesPerShard"/>.
/// </summary>
/// <param name="Counts">int64 little-endian, 8 bytes a value.</param>
/// <param name="OtherCount">Documents' values beyond the limit, 0 when all are there.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardFacet")]
public sealed record ShardFacet(
    [property: Id(0)] string Field,
    [property: Id(1)] ImmutableArray<string> Values,
    [property: Id(2)] byte[] Counts,
    [property: Id(3)] long OtherCount = 0);

/// <summary>What the planner chose on this shard and what it cost; printed by explain.</summary>
/// <param name="RowsScored">Vectors compared with the query, by codes or precisely.</param>
/// <param name="EstimatedMicroseconds">What the planner expected of <paramref name="ScanMicroseconds"/>.</param>
/// <param name="EffortLevel">Of an approximate search; null for an exact one.</param>
/// <param name="ListsProbed">Lists of codes that were read.</param>
/// <param name="RowsCoded">Rows scored by short codes.</param>
/// <param name="RowsRescored">Rows scored again by longer codes.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardPlan")]
public sealed record ShardPlan(
    [property: Id(0)] int Shard,
    [property: Id(1)] string Strategy,
    [property: Id(2)] long Documents,
    [property: Id(3)] long Matched,
    [property: Id(4)] long RowsScored,
    [property: Id(5)] double EstimatedMicroseconds,
    [property: Id(6)] double FilterMicroseconds,
    [property: Id(7)] double ScanMicroseconds,
    [property: Id(8)] double ReadMicroseconds,
    [property: Id(9)] double QueuedMicroseconds,
    [property: Id(10)] double? EffortLevel = null,
    [property: Id(11)] int ListsProbed = 0,
    [property: Id(12)] long RowsCoded = 0,
    [property: Id(13)] long RowsRescored = 0);

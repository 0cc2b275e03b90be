namespace ClipOrleans.Vectors.Search;

/// <summary>A hit: its row in the view that answered, id, cosine similarity, and where storage keeps the document.</summary>
public readonly record struct RowHit(int Row, string Id, float Score, long Locator);

/// <summary>How many matches have this value. Numbers are in shortest form, booleans true or false, instants RFC 3339 in UTC.</summary>
public sealed record FacetCount(string Value, long Count);

/// <param name="Field">The field counted.</param>
/// <param name="Values">Count descending, then value ascending by UTF-16 code units.</param>
/// <param name="OtherCount">Sum of the counts that did not fit the limit.</param>
public sealed record FacetCounts(string Field, IReadOnlyList<FacetCount> Values, long OtherCount);

/// <summary>What a search did.</summary>
/// <param name="RowsScored">Vectors compared with the query, by codes or precisely.</param>
/// <param name="FilterMicroseconds">Filter and facets.</param>
/// <param name="ScanMicroseconds">Scoring, selection and order.</param>
public sealed record SearchCost(long RowsScored, double FilterMicroseconds, double ScanMicroseconds)
{
    /// <summary>Lists read.</summary>
    public int ListsProbed { get; init; }

    /// <summary>Rows scored by short codes.</summary>
    public long RowsCoded { get; init; }

    /// <summary>Rows scored by 8-bit codes.</summary>
    public long RowsRescored { get; init; }
}

/// <param name="Hits">In <see cref="TopK.HitOrder"/>; without a vector in id order with score 0.</param>
/// <param name="Matched">Exact number of live documents that match the filter.</param>
/// <param name="Facets">In the order asked for.</param>
/// <param name="Plan">The way chosen, and why.</param>
/// <param name="Cost">The price paid.</param>
public sealed record SearchOutcome(
    IReadOnlyList<RowHit> Hits, long Matched, IReadOnlyList<FacetCounts> Facets, SearchPlan Plan, SearchCost Cost);

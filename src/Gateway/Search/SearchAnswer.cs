using ClipOrleans.Contracts.Documents;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Search;

/// <summary>Writes findings down as the answer of the API.</summary>
internal sealed class SearchAnswer(TimeProvider clock)
{
    public SearchResponse Write(OpenIndex index, SearchQuery query, SearchFindings findings, TimeSpan total)
    {
        var facets = FacetMerge.Merge(index, query.Facets, findings.Legs);
        var omitted = facets.Where(facet => facet.Omitted > 0).ToDictionary(facet => facet.Field, facet => facet.Omitted, StringComparer.Ordinal);
        var failed = findings.Legs.Count(leg => leg.Error is not null);
        return new SearchResponse
        {
            QueryId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N"),
            Hits = [.. findings.Page.Select(hit => HitOf(index, query, hit))],
            Total = findings.Legs.Sum(leg => leg.Hits?.Matched ?? 0),
            Facets = facets.Count == 0 ? null : facets.ToDictionary(facet => facet.Field, facet => facet.Values, StringComparer.Ordinal),
            FacetsOmitted = omitted.Count == 0 ? null : omitted,
            Exact = failed == 0 && findings.Legs.All(leg => leg.Hits!.Exact),
            Partial = failed > 0,
            Shards = new ShardsWire { Total = findings.Legs.Length, Succeeded = findings.Legs.Length - failed, Failed = failed },
            TookMs = new TookWire { Total = Milliseconds(total), Encode = Milliseconds(findings.Encode), Search = Milliseconds(findings.Search) },
            Explain = query.Explain ? ExplainOf(index, query, findings) : null,
        };
    }

    /// <summary>Where a document's picture is: where it was fetched from, or where the kept one is served.</summary>
    public static string? ImageUrlOf(OpenIndex index, DocumentRow row) =>
        row.ImageUrl ?? (row.HasImage ? PathOf(index, row.Id) + "/image" : null);

    /// <summary>Where a document is served.</summary>
    public static string PathOf(OpenIndex index, string id) => $"/v1/indexes/{index.Name}/documents/{Uri.EscapeDataString(id)}";

    private static HitWire HitOf(OpenIndex index, SearchQuery query, RankedHit hit) => new()
    {
        Id = hit.Id,
        Score = hit.Score,
        Metadata = query.IncludeMetadata ? new RawJson(hit.Row!.Metadata) : null,
        ImageUrl = hit.Row is null ? null : ImageUrlOf(index, hit.Row),
        Group = query.GroupBy is not null && Grouping.ValueOf(hit, query.GroupBy) is { } group ? new RawJson(group) : null,
        Vector = query.IncludeVector ? new VectorJson(hit.Row!.Vector) : null,
    };

    private static ExplainWire ExplainOf(OpenIndex index, SearchQuery query, SearchFindings findings) => new()
    {
        IndexVersion = index.Version,
        Window = findings.Window,
        Query = [.. query.Parts.Select((part, i) => new ExplainPartWire { Kind = Source.NameOf(part.Source.Kind), Weight = part.Weight, Cached = findings.Query.Cached[i] })],
        Shards = [.. findings.Legs.Select(LegOf)],
    };

    private static ExplainLegWire LegOf(Leg leg) => leg.Hits?.Plan is { EffortLevel: not null } plan
        ? LegOfAny(leg) with { EffortLevel = plan.EffortLevel, ListsProbed = plan.ListsProbed, RowsCoded = plan.RowsCoded, RowsRescored = plan.RowsRescored }
        : LegOfAny(leg);

    private static ExplainLegWire LegOfAny(Leg leg) => new()
    {
        Shard = leg.Shard,
        Silo = leg.Hits?.Silo,
        Replica = leg.Replica == 0 ? null : leg.Replica,
        TookMs = Math.Round(leg.Milliseconds, 3),
        Strategy = leg.Hits?.Plan.Strategy,
        Documents = leg.Hits?.Plan.Documents,
        Matched = leg.Hits?.Plan.Matched,
        RowsScored = leg.Hits?.Plan.RowsScored,
        EstimatedMicroseconds = leg.Hits is { } hits ? Math.Round(hits.Plan.EstimatedMicroseconds, 1) : null,
        QueuedMicroseconds = leg.Hits?.Plan.QueuedMicroseconds,
        FilterMicroseconds = leg.Hits?.Plan.FilterMicroseconds,
        ScanMicroseconds = leg.Hits?.Plan.ScanMicroseconds,
        ReadMicroseconds = leg.Hits?.Plan.ReadMicroseconds,
        Failed = leg.Error?.Slug,
    };

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

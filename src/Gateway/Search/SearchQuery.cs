using ClipOrleans.Gateway.Ingest;

namespace ClipOrleans.Gateway.Search;

/// <summary>A part of a query and its share.</summary>
internal sealed record QueryPart(Source Source, double Weight);

/// <summary>A search request, checked. Disposing gives its images' memory back.</summary>
internal sealed record SearchQuery : IDisposable
{
    /// <summary>What is searched with; empty to list what matches the filter in id order.</summary>
    public required IReadOnlyList<QueryPart> Parts { get; init; }

    /// <summary>Canonical UTF-8 JSON.</summary>
    public byte[]? Filter { get; init; }

    public required int TopK { get; init; }

    public required int Offset { get; init; }

    public float? MinScore { get; init; }

    public bool Exact { get; init; }

    public bool IncludeMetadata { get; init; }

    public bool IncludeVector { get; init; }

    public IReadOnlyList<string> Facets { get; init; } = [];

    public string? GroupBy { get; init; }

    public int GroupSize { get; init; }

    /// <summary>0: none.</summary>
    public double Diversity { get; init; }

    public int? TimeoutMs { get; init; }

    public bool FailWhenPartial { get; init; }

    public bool Explain { get; init; }

    /// <summary>Ids at or before this one are not listed (only without parts).</summary>
    public string? AfterId { get; init; }

    public int Window => TopK + Offset;

    public void Dispose()
    {
        foreach (var part in Parts)
            part.Source.Dispose();
    }
}

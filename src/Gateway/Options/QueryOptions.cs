using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>How searches are run. Bound from <c>Query:*</c>.</summary>
public sealed class QueryOptions
{
    public const string Section = "Query";

    /// <summary>Milliseconds that a search may take when the request names no <c>timeoutMs</c>. Default 10,000.</summary>
    [Range(10, 60_000)]
    public int TimeoutMs { get; set; } = 10_000;

    /// <summary>Text embeddings kept in memory. Default 20,000 (2 KiB each at 512 dimensions).</summary>
    [Range(3, 10_000_000)]
    public int CachedTexts { get; set; } = 20_000;

    /// <summary>Image embeddings kept in memory, by content. Default 20,000.</summary>
    [Range(3, 10_000_000)]
    public int CachedImages { get; set; } = 20_000;

    /// <summary>Searches of one batch request that run at once. Default 8.</summary>
    [Range(1, Contracts.Limits.MaxSearchesPerBatch)]
    public int BatchParallel { get; set; } = 8;

    /// <summary>Index descriptions kept in memory. Default 10,000.</summary>
    [Range(3, 1_000_000)]
    public int CachedIndexes { get; set; } = 10_000;
}

using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>What one request may ask for. Bound from <c>Limits:*</c>; the upper ends are what the wire and the shards allow.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>Bytes of a request body that is read as a whole. Default 32 MiB.</summary>
    [Range(1024L, 256L * 1024 * 1024)]
    public long MaxBodyBytes { get; set; } = 32L * 1024 * 1024;

    /// <summary>Bytes of a bulk request, which is read document by document. Default 256 MiB. NDJSON may be of any length.</summary>
    [Range(1024L, 4096L * 1024 * 1024)]
    public long MaxBulkBodyBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Bytes of one encoded image, uploaded or fetched. Default 20 MiB.</summary>
    [Range(1024, Contracts.Limits.MaxImageBytes)]
    public int MaxImageBytes { get; set; } = Contracts.Limits.MaxImageBytes;

    /// <summary>Pixels of one image, width × height. Default 64 megapixels.</summary>
    [Range(1L, 1_000_000_000L)]
    public long MaxImagePixels { get; set; } = 64_000_000;

    /// <summary>UTF-8 bytes of one document's metadata. Default 64 KiB.</summary>
    [Range(2, Contracts.Limits.MaxMetadataBytes)]
    public int MaxMetadataBytes { get; set; } = Contracts.Limits.MaxMetadataBytes;

    /// <summary>Characters of one text to embed. Default 10,000.</summary>
    [Range(1, Contracts.Limits.MaxTextLength)]
    public int MaxTextLength { get; set; } = Contracts.Limits.MaxTextLength;

    /// <summary>Requests at work at once, of one tenant; beside others each has its share of them, and all together have at most twice as many. One more is answered 503 with Retry-After. Default 1,024.</summary>
    [Range(1, 1_000_000)]
    public int MaxConcurrentRequests { get; set; } = 1_024;

    /// <summary>Bulk requests at work at once, of one tenant; beside others each has its share of them, and one in any case; further ones wait. Default 8.</summary>
    [Range(1, 1_024)]
    public int MaxConcurrentBulkRequests { get; set; } = 8;

    /// <summary>Milliseconds that work may wait for a processor while several tenants ask. Beyond it fewer of their searches and embeddings compute at once, down to one for each processor; a tenant alone is not bounded. Default 1.</summary>
    [Range(1, 1_000)]
    public int MaxSharedWaitMilliseconds { get; set; } = 1;

    /// <summary>Images being decoded at once. Default 0: as many as the machine has processors.</summary>
    [Range(0, 1_024)]
    public int MaxConcurrentDecodes { get; set; }

    /// <summary>Bytes that decoding large images may take at one time; more of them wait for each other, and one that is larger is decoded alone. Default 1 GiB, what the largest allowed image takes.</summary>
    [Range(64L * 1024 * 1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxDecodingBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>Bytes of request bodies held in memory at once, all requests together. Default 512 MiB.</summary>
    [Range(64L * 1024 * 1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxBodyBytesInFlight { get; set; } = 512L * 1024 * 1024;

    /// <summary>Bytes of encoded images that wait for their decoder at once, all requests together. Default 256 MiB.</summary>
    [Range((long)Contracts.Limits.MaxImageBytes, 1024L * 1024 * 1024 * 1024)]
    public long MaxImageBytesInFlight { get; set; } = 256L * 1024 * 1024;

    /// <summary>Bytes of an archive that an index is restored from; it is streamed to disk. Default 64 GiB.</summary>
    [Range(1024L, 1024L * 1024 * 1024 * 1024 * 1024)]
    public long MaxArchiveBytes { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>Archives sent or taken at once; one more is answered 503 with Retry-After. Default 4.</summary>
    [Range(1, 1_024)]
    public int MaxConcurrentArchives { get; set; } = 4;

    /// <summary>Seconds that an NDJSON stream may stay silent before it is ended. Default 120.</summary>
    [Range(1, 3_600)]
    public int MaxStreamIdleSeconds { get; set; } = 120;

    /// <summary>Connections at once; one more is closed at once. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Seconds that the head of a request may take to come. Default 15.</summary>
    [Range(1, 300)]
    public int MaxHeaderSeconds { get; set; } = 15;

    /// <summary>Seconds that a connection may stay open between two requests. Default 130.</summary>
    [Range(1, 3_600)]
    public int MaxIdleSeconds { get; set; } = 130;
}

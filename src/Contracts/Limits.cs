namespace ClipOrleans.Contracts;

/// <summary>
/// Hard limits of the wire and the store: numbers that code on both sides of a grain call relies on. What an operator
/// may change stands in the gateway's options and can only be stricter.
/// </summary>
public static class Limits
{
    /// <summary>Characters (UTF-16 code units) of a document id.</summary>
    public const int MaxIdLength = 256;

    /// <summary>Documents of one bulk request.</summary>
    public const int MaxDocumentsPerRequest = 1_000;

    /// <summary>UTF-8 bytes of one document's metadata.</summary>
    public const int MaxMetadataBytes = 64 * 1024;

    /// <summary>UTF-8 bytes of a filter as it travels to the shards; 1,024 leaf values of ordinary length fit.</summary>
    public const int MaxFilterBytes = 1024 * 1024;

    /// <summary>Hits of one page.</summary>
    public const int MaxTopK = 1_000;

    /// <summary>topK + offset: how deep paging goes; each shard must return that many.</summary>
    public const int MaxWindow = 10_000;

    /// <summary>Searches of one batch request.</summary>
    public const int MaxSearchesPerBatch = 64;

    /// <summary>Characters (UTF-16 code units) of a text to embed.</summary>
    public const int MaxTextLength = 10_000;

    /// <summary>Bytes of one encoded image, as received or fetched.</summary>
    public const int MaxImageBytes = 20 * 1024 * 1024;

    /// <summary>Dimensions of an embedding: the largest published CLIP towers have 1,280; room for others.</summary>
    public const int MaxDimensions = 4_096;

    /// <summary>Shards of an index.</summary>
    public const int MaxShards = 1_024;

    /// <summary>Read replicas of a shard.</summary>
    public const int MaxReplicas = 4;

    /// <summary>Declared fields of an index.</summary>
    public const int MaxFields = 64;

    /// <summary>Distinct values that a shard counts for one facet, the most frequent first: bounds the answer to a few megabytes.</summary>
    public const int MaxFacetValuesPerShard = 100_000;

    /// <summary>Texts or images of one call to an encoder: the encoder's queue is never shorter.</summary>
    public const int MaxInputsPerEncode = 64;

    /// <summary>Bytes of a file of a snapshot in one message.</summary>
    public const int MaxArchivePieceBytes = 1024 * 1024;

    /// <summary>Keys of one tenant: they are read and written together.</summary>
    public const int MaxKeysPerTenant = 256;

    /// <summary>Indexes that one key is restricted to.</summary>
    public const int MaxIndexesPerKey = 64;

    /// <summary>Characters of a key's name.</summary>
    public const int MaxKeyNameLength = 128;

    /// <summary>Documents of one write message to a shard, and ids of one read.</summary>
    public const int MaxOperationsPerWrite = 1_000;
}

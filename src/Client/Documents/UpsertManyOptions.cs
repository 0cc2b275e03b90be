namespace ClipOrleans.Client.Documents;

/// <summary>How a long stream of documents is cut into requests. Memory stays below about parallel × bytes × 3.</summary>
public sealed record UpsertManyOptions
{
    /// <summary>Most documents in a request, 1 to 1,000. Default 200.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Most bytes of images and vectors in a request (one larger document goes alone). Default 8 MiB.</summary>
    public long BatchBytes { get; init; } = 8 << 20;

    /// <summary>Most requests under way at a time. Default 4.</summary>
    public int Parallel { get; init; } = 4;
}

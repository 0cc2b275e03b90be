namespace ClipOrleans.Cli.Import;

/// <summary>How an import goes about it. Memory stays below about parallel × bytes × 3.</summary>
internal sealed record ImportSettings
{
    /// <summary>Most documents in a request, 1 to 1,000: small enough that a lost one costs little, large enough to fill the encoder.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Most bytes of images and vectors in a request; in base64 a third more, well below the server's 32 MiB.</summary>
    public long BatchBytes { get; init; } = 8 << 20;

    /// <summary>Most requests under way at a time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>For how long a busy or missing server is tried before the import stops.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(60);
}

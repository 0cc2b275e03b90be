namespace ClipOrleans.Storage.Documents;

public enum StoredStatus
{
    None = 0,
    Created = 1,
    Updated = 2,
    Deleted = 3,

    /// <summary>A patch or delete of a document that is not there.</summary>
    NotFound = 4,

    /// <summary>Refused; nothing was changed; the outcome says why.</summary>
    Failed = 5,
}

/// <summary>What became of one operation.</summary>
/// <param name="Reason">Failed only: a stable slug, one of <see cref="FailureReasons"/>.</param>
/// <param name="Detail">Failed only: a sentence that says what would be right.</param>
/// <param name="Pointer">Failed only: RFC 6901 pointer of the fault within the metadata, if it lies there.</param>
public sealed record StoredOutcome(StoredStatus Status, string? Reason = null, string? Detail = null, string? Pointer = null)
{
    internal static StoredOutcome Created { get; } = new(StoredStatus.Created);

    internal static StoredOutcome Updated { get; } = new(StoredStatus.Updated);

    internal static StoredOutcome Deleted { get; } = new(StoredStatus.Deleted);

    internal static StoredOutcome NotFound { get; } = new(StoredStatus.NotFound);

    /// <summary>Longer sentences are cut: an outcome of a write with an id is kept.</summary>
    internal const int MaxDetailLength = 1_000;

    internal static StoredOutcome Failed(string reason, string detail, string? pointer = null) =>
        new(StoredStatus.Failed, reason, detail.Length > MaxDetailLength ? detail[..(MaxDetailLength - 1)] + "…" : detail, pointer?.Length > MaxDetailLength ? "" : pointer);
}

/// <summary>The closed list of reasons for which a shard refuses one operation while it takes the others.</summary>
public static class FailureReasons
{
    public const string InvalidId = "invalid-id";
    public const string InvalidVector = "invalid-vector";
    public const string DimensionMismatch = "dimension-mismatch";
    public const string InvalidMetadata = "invalid-metadata";
    public const string MetadataTooLarge = "metadata-too-large";
    public const string InvalidText = "invalid-text";
    public const string ImageTooLarge = "image-too-large";
    public const string DocumentTooLarge = "document-too-large";

    /// <summary>What is stored of the document cannot be read, so that it cannot be changed.</summary>
    public const string StorageUnavailable = "storage-unavailable";
}

/// <summary>The answer to one write, given when it is durable and visible.</summary>
/// <param name="Outcomes">One per operation, in order.</param>
/// <param name="Sequence">Number of the last log record of the write, or of the newest one if it changed nothing.</param>
public sealed record WriteResult(IReadOnlyList<StoredOutcome> Outcomes, long Sequence);

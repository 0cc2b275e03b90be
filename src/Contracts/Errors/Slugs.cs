namespace ClipOrleans.Contracts.Errors;

/// <summary>The closed list of error slugs. Each has one row in the gateway's ErrorTable and one in docs/errors.md.</summary>
public static class Slugs
{
    public const string MalformedRequest = "malformed-request";
    public const string UnknownMember = "unknown-member";
    public const string InvalidFilter = "invalid-filter";
    public const string InvalidName = "invalid-name";
    public const string InvalidId = "invalid-id";
    public const string InvalidCursor = "invalid-cursor";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string RouteNotFound = "route-not-found";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string IndexNotFound = "index-not-found";
    public const string DocumentNotFound = "document-not-found";
    public const string ImageNotFound = "image-not-found";
    public const string ModelNotFound = "model-not-found";
    public const string SnapshotNotFound = "snapshot-not-found";
    public const string TenantNotFound = "tenant-not-found";
    public const string KeyNotFound = "key-not-found";
    public const string TenantExists = "tenant-exists";
    public const string IndexExists = "index-exists";
    public const string SnapshotInProgress = "snapshot-in-progress";
    public const string IndexChanged = "index-changed";
    public const string BodyTooLarge = "body-too-large";
    public const string ImageTooLarge = "image-too-large";
    public const string MetadataTooLarge = "metadata-too-large";
    public const string DocumentTooLarge = "document-too-large";
    public const string UnsupportedMediaType = "unsupported-media-type";
    public const string ImageUndecodable = "image-undecodable";
    public const string ImageFormatNotSupported = "image-format-not-supported";
    public const string ImageFetchFailed = "image-fetch-failed";
    public const string AddressNotAllowed = "address-not-allowed";
    public const string DimensionMismatch = "dimension-mismatch";
    public const string InvalidVector = "invalid-vector";
    public const string InvalidMetadata = "invalid-metadata";
    public const string UndeclaredField = "undeclared-field";
    public const string ModelRequired = "model-required";
    public const string ModelUnusable = "model-unusable";
    public const string BackupDamaged = "backup-damaged";
    public const string RateLimited = "rate-limited";
    public const string QuotaExceeded = "quota-exceeded";
    public const string Overloaded = "overloaded";
    public const string Loading = "loading";
    public const string ShardMoving = "shard-moving";
    public const string Partial = "partial-result";
    public const string Timeout = "timeout";
    public const string StorageUnavailable = "storage-unavailable";
    public const string Internal = "internal";
}

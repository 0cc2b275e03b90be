namespace ClipOrleans.Storage.Documents;

/// <summary>One stored version of a document.</summary>
/// <param name="Metadata">UTF-8 JSON object.</param>
/// <param name="Model">The model that made the vector.</param>
/// <param name="Vector">The normalised embedding, float32 little-endian, if asked for.</param>
public sealed record StoredDocument(
    string Id,
    ReadOnlyMemory<byte> Metadata,
    string? ImageUrl,
    string? Text,
    string Model,
    string ModelRevision,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool HasImage,
    ReadOnlyMemory<byte>? Vector);

/// <summary>The kept image of a document.</summary>
public sealed record StoredImage(ReadOnlyMemory<byte> Bytes, string ContentType);

using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Documents;

/// <summary>Operations for one shard, applied in order; each document is written whole or not at all (I2).</summary>
/// <param name="WriteId">Names the write: sent again under the same id it is answered as the first time and done once. Empty: each sending is a write of its own.</param>
/// <param name="NotAfter">A shard that would begin later, by its clock, refuses: its caller may have been told that it failed, and have written since. Null: any time.</param>
[GenerateSerializer, Immutable, Alias("clip.DocumentBatch")]
public sealed record DocumentBatch(
    [property: Id(0)] long IndexVersion,
    [property: Id(1)] ImmutableArray<DocumentOperation> Operations,
    [property: Id(2)] Guid WriteId = default,
    [property: Id(3)] DateTimeOffset? NotAfter = null);

[GenerateSerializer, Alias("clip.OperationKind")]
public enum OperationKind
{
    Invalid = 0,

    /// <summary>Create or replace the document; the time of creation is kept.</summary>
    Upsert = 1,

    /// <summary>RFC 7396 merge of <see cref="DocumentOperation.Metadata"/> into the stored metadata.</summary>
    PatchMetadata = 2,

    Delete = 3,
}

/// <param name="Vector">Upsert: the L2-normalised embedding, float32 little-endian, 4 × dimensions bytes.</param>
/// <param name="Metadata">UTF-8 JSON object: the metadata (upsert) or the merge patch; null is an empty object.</param>
/// <param name="Image">Upsert: the image to keep (thumbnail or original), or null.</param>
[GenerateSerializer, Immutable, Alias("clip.DocumentOperation")]
public sealed record DocumentOperation(
    [property: Id(0)] OperationKind Kind,
    [property: Id(1)] string Id,
    [property: Id(2)] byte[]? Vector = null,
    [property: Id(3)] byte[]? Metadata = null,
    [property: Id(4)] string? ImageUrl = null,
    [property: Id(5)] string? Text = null,
    [property: Id(6)] byte[]? Image = null,
    [property: Id(7)] string? ImageContentType = null);

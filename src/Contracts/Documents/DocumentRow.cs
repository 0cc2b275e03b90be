using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Documents;

/// <summary>A stored document.</summary>
/// <param name="Metadata">UTF-8 JSON object.</param>
/// <param name="Vector">float32 little-endian, 4 × dimensions bytes, when asked for.</param>
[GenerateSerializer, Immutable, Alias("clip.DocumentRow")]
public sealed record DocumentRow(
    [property: Id(0)] string Id,
    [property: Id(1)] byte[] Metadata,
    [property: Id(2)] string? ImageUrl,
    [property: Id(3)] string? Text,
    [property: Id(4)] string Model,
    [property: Id(5)] string ModelRevision,
    [property: Id(6)] DateTimeOffset CreatedAt,
    [property: Id(7)] DateTimeOffset UpdatedAt,
    [property: Id(8)] bool HasImage,
    [property: Id(9)] byte[]? Vector);

/// <summary>The kept image of a document.</summary>
[GenerateSerializer, Immutable, Alias("clip.StoredImage")]
public sealed record StoredImage([property: Id(0)] byte[] Bytes, [property: Id(1)] string ContentType);

/// <summary>Rows by id. The answer has one entry per id, in order, null where there is no such document.</summary>
[GenerateSerializer, Immutable, Alias("clip.ReadDocuments")]
public sealed record ReadDocuments(
    [property: Id(0)] long IndexVersion,
    [property: Id(1)] ImmutableArray<string> Ids,
    [property: Id(2)] bool IncludeVector);

/// <summary>
/// Rows of hits by the locators that a search gave: the same version of the document that was scored, whatever was
/// written since.
/// </summary>
/// <param name="Locators">int64 little-endian, 8 bytes each.</param>
[GenerateSerializer, Immutable, Alias("clip.ReadHits")]
public sealed record ReadHits(
    [property: Id(0)] long IndexVersion,
    [property: Id(1)] byte[] Locators,
    [property: Id(2)] bool IncludeVector);

namespace ClipOrleans.Storage.Documents;

public enum StoredOperationKind
{
    None = 0,

    /// <summary>Create or replace the document; the time of creation is kept.</summary>
    Upsert = 1,

    /// <summary>RFC 7396 merge of <see cref="StoredOperation.Metadata"/> into the stored metadata.</summary>
    PatchMetadata = 2,

    Delete = 3,
}

/// <summary>One change of one document. The memory that it points to must not change until the write has returned.</summary>
public sealed record StoredOperation
{
    public required StoredOperationKind Kind { get; init; }

    /// <summary>1 to 256 UTF-16 code units, valid Unicode.</summary>
    public required string Id { get; init; }

    /// <summary>Upsert: the L2-normalised embedding, float32 little-endian, 4 × dimensions bytes.</summary>
    public ReadOnlyMemory<byte> Vector { get; init; }

    /// <summary>UTF-8 JSON object of at most 64 KiB: the metadata (upsert; empty means <c>{}</c>) or the merge patch.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    public string? ImageUrl { get; init; }

    public string? Text { get; init; }

    /// <summary>Upsert: the image to keep; empty keeps none.</summary>
    public ReadOnlyMemory<byte> Image { get; init; }

    /// <summary>Media type of <see cref="Image"/>; required with it.</summary>
    public string? ImageContentType { get; init; }
}

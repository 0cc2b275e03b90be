using System.Text;

namespace ClipOrleans.Storage.Log;

/// <summary>What an operation does. On disk; 0 is never written.</summary>
internal enum OperationKind : byte
{
    None = 0,

    /// <summary>The document is from here on this whole row.</summary>
    Put = 1,

    Delete = 2,

    /// <summary>What became of the operations before it: <see cref="WriteReceipt"/>. No document.</summary>
    Receipt = 3,
}

/// <summary>One operation as it stands in a record: slices of the record's bytes, lengths checked, nothing decoded.</summary>
internal readonly record struct RowView
{
    public required OperationKind Kind { get; init; }

    /// <summary>Offset of the operation in its record.</summary>
    public required int Offset { get; init; }

    /// <summary>Bytes of the operation, header included.</summary>
    public required int Length { get; init; }

    public required ReadOnlyMemory<byte> IdBytes { get; init; }

    public ReadOnlyMemory<byte> Model { get; init; }

    public ReadOnlyMemory<byte> ModelRevision { get; init; }

    /// <summary>Null if the row has none; "" is kept apart from it.</summary>
    public ReadOnlyMemory<byte>? ImageUrl { get; init; }

    public ReadOnlyMemory<byte>? Text { get; init; }

    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>float32 little-endian.</summary>
    public ReadOnlyMemory<byte> Vector { get; init; }

    /// <summary>Addresses of the image's chunks, int64 little-endian, in order.</summary>
    public ReadOnlyMemory<byte> Chunks { get; init; }

    public ReadOnlyMemory<byte> ImageContentType { get; init; }

    public int ImageBytes { get; init; }

    /// <summary>Unix time in microseconds.</summary>
    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>The row was copied from further ahead in the log, and is no newer version of its document.</summary>
    public bool IsMoved { get; init; }

    /// <summary>All bytes of a receipt; nothing else of it is taken apart here.</summary>
    public ReadOnlyMemory<byte> Receipt { get; init; }

    public bool HasImage => ImageBytes > 0;

    public string Id => Encoding.UTF8.GetString(IdBytes.Span);
}

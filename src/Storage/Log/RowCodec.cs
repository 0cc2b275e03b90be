using System.Buffers.Binary;
using ClipOrleans.Storage.Writing;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// Bytes of an operation, little-endian. Header: kind (1) · flags (1) · 0 (2) · length of the operation (4).
/// Delete: id length (2) · 0 (2) · id.
/// Put: created (8) · updated (8) · lengths of id, model, revision, content type (2 each) · of image URL, text, metadata (4 each) ·
/// dimensions (4) · image bytes (4) · chunks (4) · then those parts, the vector and the chunk addresses in this order.
/// Receipt: see <see cref="WriteReceipt"/>.
/// </summary>
internal static class RowCodec
{
    private const int HeaderBytes = 8;
    private const int DeleteFixedBytes = HeaderBytes + 4;
    private const int PutFixedBytes = HeaderBytes + 16 + 8 + 12 + 12;
    private const byte HasImageUrl = 1;
    private const byte HasText = 2;
    private const byte Moved = 4;
    private const byte KnownFlags = HasImageUrl | HasText | Moved;
    private const int BytesOfFloat = 4;
    private const int BytesOfAddress = 8;

    public static int Size(in RowView row) =>
        row.Kind == OperationKind.Receipt ? row.Receipt.Length
        : row.Kind == OperationKind.Delete ? DeleteFixedBytes + row.IdBytes.Length
        : PutFixedBytes + row.IdBytes.Length + row.Model.Length + row.ModelRevision.Length + row.ImageContentType.Length
            + (row.ImageUrl?.Length ?? 0) + (row.Text?.Length ?? 0) + row.Metadata.Length + row.Vector.Length + row.Chunks.Length;

    public static void Write(Span<byte> to, in RowView row)
    {
        to[0] = (byte)row.Kind;
        to[1] = (byte)((row.ImageUrl is null ? 0 : HasImageUrl) | (row.Text is null ? 0 : HasText) | (row.IsMoved ? Moved : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], Size(row));
        if (row.Kind == OperationKind.Delete)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to[8..], checked((ushort)row.IdBytes.Length));
            BinaryPrimitives.WriteUInt16LittleEndian(to[10..], 0);
            row.IdBytes.Span.CopyTo(to[DeleteFixedBytes..]);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(to[8..], row.CreatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], row.UpdatedAt);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], checked((ushort)row.IdBytes.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(to[26..], checked((ushort)row.Model.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(to[28..], checked((ushort)row.ModelRevision.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(to[30..], checked((ushort)row.ImageContentType.Length));
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], row.ImageUrl?.Length ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], row.Text?.Length ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], row.Metadata.Length);
        BinaryPrimitives.WriteInt32LittleEndian(to[44..], row.Vector.Length / BytesOfFloat);
        BinaryPrimitives.WriteInt32LittleEndian(to[48..], row.ImageBytes);
        BinaryPrimitives.WriteInt32LittleEndian(to[52..], row.Chunks.Length / BytesOfAddress);
        var at = PutFixedBytes;
        Append(to, ref at, row.IdBytes);
        Append(to, ref at, row.Model);
        Append(to, ref at, row.ModelRevision);
        Append(to, ref at, row.ImageContentType);
        Append(to, ref at, row.ImageUrl ?? default);
        Append(to, ref at, row.Text ?? default);
        Append(to, ref at, row.Metadata);
        Append(to, ref at, row.Vector);
        Append(to, ref at, row.Chunks);
    }

    /// <summary>Takes the operation that starts at an offset of a record.</summary>
    /// <exception cref="FormatException">There is no whole operation: in a record with a right checksum, a mistake of the writer.</exception>
    public static RowView Read(ReadOnlyMemory<byte> record, int offset)
    {
        if (offset < RecordHeader.Bytes || offset > record.Length - HeaderBytes)
            throw new FormatException($"no operation at offset {offset} of a record of {record.Length} bytes");
        var span = record.Span[offset..];
        var length = BinaryPrimitives.ReadInt32LittleEndian(span[4..]);
        if (length > span.Length || length < DeleteFixedBytes || BinaryPrimitives.ReadUInt16LittleEndian(span[2..]) != 0)
            throw new FormatException($"an operation of length {length} at offset {offset} of a record of {record.Length} bytes");
        var row = (OperationKind)span[0] switch
        {
            OperationKind.Delete => ReadDelete(record.Slice(offset, length), offset),
            OperationKind.Put when length >= PutFixedBytes => ReadPut(record.Slice(offset, length), offset),
            OperationKind.Receipt => new RowView { Kind = OperationKind.Receipt, Offset = offset, Length = length, IdBytes = default, Receipt = record.Slice(offset, length) },
            _ => throw new FormatException($"unknown operation {span[0]} at offset {offset}"),
        };
        if (row.Kind == OperationKind.Put && !IsPossible(row))
            throw new FormatException($"times, image or place of the row at offset {offset} that no row has");
        return Size(row) == length && (row.IdBytes.Length > 0 || row.Kind == OperationKind.Receipt) ? row : throw new FormatException($"the parts of the operation at offset {offset} do not add up to its length");
    }

    private static RowView ReadDelete(ReadOnlyMemory<byte> operation, int offset)
    {
        var at = DeleteFixedBytes;
        return new RowView
        {
            Kind = OperationKind.Delete,
            Offset = offset,
            Length = operation.Length,
            IdBytes = Take(operation, ref at, BinaryPrimitives.ReadUInt16LittleEndian(operation.Span[8..])),
        };
    }

    private static RowView ReadPut(ReadOnlyMemory<byte> operation, int offset)
    {
        var span = operation.Span;
        var flags = span[1];
        if ((flags & ~KnownFlags) != 0)
            throw new FormatException($"unknown flags {flags} at offset {offset}");
        var at = PutFixedBytes;
        return new RowView
        {
            Kind = OperationKind.Put,
            Offset = offset,
            Length = operation.Length,
            IsMoved = (flags & Moved) != 0,
            CreatedAt = BinaryPrimitives.ReadInt64LittleEndian(span[8..]),
            UpdatedAt = BinaryPrimitives.ReadInt64LittleEndian(span[16..]),
            ImageBytes = BinaryPrimitives.ReadInt32LittleEndian(span[48..]),
            IdBytes = Take(operation, ref at, BinaryPrimitives.ReadUInt16LittleEndian(span[24..])),
            Model = Take(operation, ref at, BinaryPrimitives.ReadUInt16LittleEndian(span[26..])),
            ModelRevision = Take(operation, ref at, BinaryPrimitives.ReadUInt16LittleEndian(span[28..])),
            ImageContentType = Take(operation, ref at, BinaryPrimitives.ReadUInt16LittleEndian(span[30..])),
            ImageUrl = TakeIf(flags, HasImageUrl, operation, ref at, BinaryPrimitives.ReadInt32LittleEndian(span[32..])),
            Text = TakeIf(flags, HasText, operation, ref at, BinaryPrimitives.ReadInt32LittleEndian(span[36..])),
            Metadata = Take(operation, ref at, BinaryPrimitives.ReadInt32LittleEndian(span[40..])),
            Vector = Take(operation, ref at, (long)BytesOfFloat * BinaryPrimitives.ReadInt32LittleEndian(span[44..])),
            Chunks = Take(operation, ref at, (long)BytesOfAddress * BinaryPrimitives.ReadInt32LittleEndian(span[52..])),
        };
    }

    /// <summary>Numbers that later become times, sizes and places: a checksum only says that they are what somebody wrote.</summary>
    private static bool IsPossible(in RowView row) =>
        row.Offset <= Locator.MaxOffset
        && RowTime.IsTime(row.CreatedAt)
        && RowTime.IsTime(row.UpdatedAt)
        && row.ImageBytes is >= 0 and <= UpsertCheck.MaxImageBytes
        && row.ImageBytes > 0 == row.Chunks.Length > 0;

    private static void Append(Span<byte> to, ref int at, ReadOnlyMemory<byte> part)
    {
        part.Span.CopyTo(to[at..]);
        at += part.Length;
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> operation, ref int at, long length)
    {
        if (length < 0 || length > operation.Length - at)
            throw new FormatException("a part of an operation is longer than the operation");
        var part = operation.Slice(at, (int)length);
        at += (int)length;
        return part;
    }

    private static ReadOnlyMemory<byte>? TakeIf(byte flags, byte flag, ReadOnlyMemory<byte> operation, ref int at, int length)
    {
        var part = Take(operation, ref at, length);
        if ((flags & flag) != 0)
            return part;
        return length == 0 ? null : throw new FormatException("an operation has a part that its flags deny");
    }
}

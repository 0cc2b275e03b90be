using System.Buffers.Binary;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// Body of a chunk record: index (4) · chunks of the image (4) · bytes. An image is as many chunks as it needs, written
/// before the row that names their addresses: after a crash between them they are garbage, never half a document.
/// </summary>
internal static class BlobChunk
{
    public const int HeaderBytes = 8;

    public static void WriteHeader(Span<byte> body, int index, int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(body, index);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], count);
    }

    /// <returns>The chunk's bytes, or null if the record is not that chunk.</returns>
    public static ReadOnlyMemory<byte>? TryRead(ReadOnlyMemory<byte> record, int index, int count)
    {
        var body = record[RecordHeader.Bytes..];
        return RecordHeader.TryRead(record.Span, out var header) is null
            && header.Kind == RecordKind.BlobChunk
            && body.Length > HeaderBytes
            && BinaryPrimitives.ReadInt32LittleEndian(body.Span) == index
            && BinaryPrimitives.ReadInt32LittleEndian(body.Span[4..]) == count
            ? body[HeaderBytes..]
            : null;
    }
}

using System.Buffers.Binary;
using System.Text.Unicode;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Writing;

namespace ClipOrleans.Storage.Backup;

/// <summary>
/// Records that come from elsewhere: a right checksum says that they are what somebody wrote, not that this program did.
/// What a write would have been refused for must not get in with a log.
/// </summary>
internal static class ForeignRecord
{
    private const string ImageTypes = "image/";

    /// <param name="row">An operation.</param>
    /// <param name="address">Of its record: the pieces of its image stand before it.</param>
    /// <param name="shard">Of which it says to be.</param>
    /// <exception cref="FormatException">The row is none that would have been written.</exception>
    public static void Check(in RowView row, long address, ShardDescriptor shard)
    {
        if (row.Kind == OperationKind.Receipt)
        {
            _ = WriteReceipt.Read(row.Receipt);
            return;
        }

        if (!Utf8.IsValid(row.IdBytes.Span) || UpsertCheck.RefuseId(row.Id) is not null)
            throw Refused(row, "an id");
        if (row.Kind != OperationKind.Put)
            return;
        if (row.Vector.Length != shard.Dimensions * sizeof(float) || !UpsertCheck.IsNormalised(row.Vector.Span))
            throw Refused(row, "a vector");
        if (!IsText(row.Model) || !IsText(row.ModelRevision) || !IsText(row.ImageUrl ?? default) || !IsText(row.Text ?? default) || !IsTypeOfImage(row))
            throw Refused(row, "a text, or a type of an image,");
        for (var at = 0; at < row.Chunks.Length; at += sizeof(long))
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(row.Chunks.Span[at..]) is var piece && (piece < LogGeometry.FirstAddress || piece >= address))
                throw Refused(row, "an image");
        }

        using var metadata = MetadataCheck.TryParse(row.Metadata, out _);
        if (metadata is null || row.Metadata.Length > MetadataCheck.MaxBytes || metadata.RootElement.ValueKind != System.Text.Json.JsonValueKind.Object)
            throw Refused(row, "metadata");
    }

    /// <exception cref="FormatException">The manifest in the log is another shard's than the one beside it.</exception>
    public static void Check(ShardManifest inLog, ShardManifest beside)
    {
        var (own, shard) = (inLog.Descriptor, beside.Descriptor);
        if (own.Dimensions != shard.Dimensions || own.Model != shard.Model || own.ModelRevision != shard.ModelRevision || own.IndexVersion > shard.IndexVersion)
            throw new FormatException($"a manifest of {own.Dimensions} dimensions of '{own.Model}' in a shard of {shard.Dimensions} of '{shard.Model}'");
    }

    private static bool IsText(ReadOnlyMemory<byte> utf8) => Utf8.IsValid(utf8.Span);

    /// <summary>It becomes a header of an answer.</summary>
    private static bool IsTypeOfImage(in RowView row)
    {
        var type = row.ImageContentType.Span;
        return !row.HasImage ? type.IsEmpty : type.Length > ImageTypes.Length && type.StartsWith("image/"u8) && System.Text.Ascii.IsValid(type) && !type[ImageTypes.Length..].ContainsAnyExceptInRange((byte)'-', (byte)'z');
    }

    private static FormatException Refused(in RowView row, string what) => new($"{what} at offset {row.Offset} that no write has");
}

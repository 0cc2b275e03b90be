using System.Buffers.Binary;
using System.IO.Hashing;

namespace ClipOrleans.Storage.Log;

/// <summary>What a record holds. On disk; 0 is never written, so that zeroed bytes are no record.</summary>
internal enum RecordKind : byte
{
    None = 0,

    /// <summary>Operations on documents, in order: <see cref="RowCodec"/>.</summary>
    Operations = 1,

    /// <summary>A piece of an image: <see cref="BlobChunk"/>. Without a row that names it, it means nothing.</summary>
    BlobChunk = 2,

    /// <summary>The shard's manifest as JSON, from here on: first record of a log, and one for each change.</summary>
    Manifest = 3,
}

/// <summary>
/// The first 32 bytes of each record, little-endian:
/// hash (8, XxHash3-64 of all that follows) · kind (1) · format version (1) · operations (2) · body length (4) · epoch (8) · sequence (8).
/// FASTER's own checksum of an entry is an XOR, which two equal flips pass; this one is what reading relies on.
/// </summary>
internal readonly record struct RecordHeader(RecordKind Kind, ushort Operations, long Epoch, long Sequence)
{
    public const int Bytes = 32;
    public const byte Version = 1;

    /// <summary>Of epochs and sequences: a million a second reach it in two thousand years, and what is counted on from it is still a number.</summary>
    public const long MaxNumber = 1L << 56;

    private const int HashBytes = 8;

    /// <summary>Writes the header of a record whose body stands behind it already.</summary>
    public void Write(Span<byte> record)
    {
        record[8] = (byte)Kind;
        record[9] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(record[10..], Operations);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], record.Length - Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(record, XxHash3.HashToUInt64(record[HashBytes..]));
    }

    /// <summary>What a record says that it is, unchecked.</summary>
    public static RecordKind KindOf(ReadOnlySpan<byte> record) => (RecordKind)record[8];

    /// <summary>The checksum that a record carries.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt64LittleEndian(record);

    /// <returns>Null, or what is wrong with the record.</returns>
    public static string? TryRead(ReadOnlySpan<byte> record, out RecordHeader header)
    {
        header = default;
        if (record.Length < Bytes)
            return "shorter than a record's header";
        if (BinaryPrimitives.ReadUInt64LittleEndian(record) != XxHash3.HashToUInt64(record[HashBytes..]))
            return "the checksum does not fit the bytes";
        if (record[9] != Version)
            return $"record format version {record[9]}, where this program reads {Version}";
        if (record[8] is < (byte)RecordKind.Operations or > (byte)RecordKind.Manifest)
            return $"unknown kind {record[8]} of record";
        if (BinaryPrimitives.ReadInt32LittleEndian(record[12..]) != record.Length - Bytes)
            return "the length of the body does not fit the record";
        header = new RecordHeader(
            (RecordKind)record[8],
            BinaryPrimitives.ReadUInt16LittleEndian(record[10..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[24..]));
        return header.Epoch is < 1 or > MaxNumber || header.Sequence is < 1 or > MaxNumber ? "epoch and sequence start at 1, and never get so far" : null;
    }
}

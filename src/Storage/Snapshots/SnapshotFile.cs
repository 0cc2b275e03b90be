using System.Buffers.Binary;
using System.IO.Hashing;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>Length of another file, and the checksum of that part of it which has the checksums of all the rest.</summary>
internal readonly record struct SealedFile(long Length, ulong Seal);

/// <summary>
/// The file that makes the others a snapshot: what they cover, which they are, and by what each is known to be whole. It
/// is written last, and is small: read whole, and checked before anything of it is used. Little endian:
/// <code>
///   0  8  "CLIPSNAP"                 64  4  rows                      96  8  length of the codes file; 0: there is none
///   8  4  format version             68  4  rows of a block          104  8  seal of the codes file
///  12  4  bytes of the manifest      72  4  files of vectors         112  8  bytes of write receipts
///  16  8  number of the last record  76  4  blocks of vectors        120  …  manifest (JSON, without owner)
///  24  8  its address                80  8  length of the rows file   …   …  for each file of vectors: number 8, epoch 8, first block 4, blocks 4
///  32  8  address one past it        88  8  seal of the rows file     …   …  for each block of vectors: XxHash3 of its rows 8
///  40  8  its epoch                                                   …   …  receipts of writes
///                                                                     …   8  XxHash3 of all before
///  48  8  its checksum
///  56  8  epoch of the writer
/// </code>
/// A receipt of a write has the address of its record (8) before it.
/// The seal of the rows file is the XxHash3 of its last 128 bytes, that of the codes file of its first 4096.
/// </summary>
/// <param name="Position">The last record that is covered.</param>
/// <param name="Manifest">What the shard was then, with the epoch of the engine that wrote the snapshot.</param>
/// <param name="RowCount">Rows, dead or alive.</param>
/// <param name="BlockRows">Rows of a full block of vectors.</param>
/// <param name="Rows">The rows file.</param>
/// <param name="Codes">The codes file; null when there is none.</param>
/// <param name="Parts">The files of vectors, in the order of their blocks, without a gap.</param>
/// <param name="BlockHashes">XxHash3 of each block's rows; of the last one, of as many as there are.</param>
internal sealed record SnapshotFile(
    LogPosition Position,
    ShardManifest Manifest,
    int RowCount,
    int BlockRows,
    SealedFile Rows,
    SealedFile? Codes,
    IReadOnlyList<VectorPart> Parts,
    IReadOnlyList<ulong> BlockHashes)
{
    public const int Version = 1;

    /// <summary>The newest writes that had ids.</summary>
    public ReadOnlyMemory<byte> Writes { get; init; }

    private const ulong Magic = 0x5041_4E53_5049_4C43; // "CLIPSNAP"
    private const int HeadBytes = 120;
    private const int PartBytes = 24;
    private const int HashBytes = sizeof(ulong);

    public string FileName => Name(SnapshotName.Snapshot);

    public string RowsFileName => Name(SnapshotName.Rows);

    public string CodesFileName => Name(SnapshotName.Codes);

    /// <summary>All that it consists of, without itself.</summary>
    public IEnumerable<string> OtherFiles =>
        [RowsFileName, .. Codes is null ? Array.Empty<string>() : [CodesFileName], .. Parts.Select(static part => part.FileName)];

    public byte[] ToBytes()
    {
        var manifest = (Manifest with { Owner = null }).ToJson();
        var bytes = new byte[HeadBytes + manifest.Length + (Parts.Count * PartBytes) + (BlockHashes.Count * HashBytes) + Writes.Length + HashBytes];
        WriteHead(bytes, manifest.Length);
        manifest.CopyTo(bytes.AsSpan(HeadBytes));
        var rest = bytes.AsSpan(HeadBytes + manifest.Length);
        foreach (var part in Parts)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, part.Number);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], part.Epoch);
            BinaryPrimitives.WriteInt32LittleEndian(rest[16..], part.FirstBlock);
            BinaryPrimitives.WriteInt32LittleEndian(rest[20..], part.Blocks);
            rest = rest[PartBytes..];
        }

        foreach (var hash in BlockHashes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, hash);
            rest = rest[HashBytes..];
        }

        Writes.Span.CopyTo(rest);
        rest = rest[Writes.Length..];
        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - HashBytes)));
        return bytes;
    }

    /// <exception cref="ShardCorruptException">It is not what was written, or of another version.</exception>
    public static SnapshotFile Parse(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length < HeadBytes + HashBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            throw new ShardCorruptException(file, "these bytes are no snapshot.");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is var version && version != Version)
            throw new ShardCorruptException(file, $"format version {version}; this program reads {Version}.");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^HashBytes..]) != XxHash3.HashToUInt64(bytes[..^HashBytes]))
            throw new ShardCorruptException(file, "its bytes do not fit their checksum.");
        var manifestBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var (partCount, hashCount) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[72..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[76..]));
        var writeBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[112..]);
        // Before anything is made of the numbers: they may ask for gigabytes.
        if (manifestBytes < 0 || partCount < 0 || hashCount < 0 || writeBytes < 0 || writeBytes > bytes.Length
            || HeadBytes + (long)manifestBytes + (partCount * (long)PartBytes) + (hashCount * (long)HashBytes) + writeBytes + HashBytes != bytes.Length)
            throw new ShardCorruptException(file, "its length does not fit what it tells of.");
        var (parts, hashes) = (new VectorPart[partCount], new ulong[hashCount]);
        var rest = bytes[(HeadBytes + manifestBytes)..];
        for (var i = 0; i < parts.Length; i++, rest = rest[PartBytes..])
        {
            parts[i] = new VectorPart(
                BinaryPrimitives.ReadInt64LittleEndian(rest),
                BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(rest[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(rest[20..]));
        }

        for (var i = 0; i < hashes.Length; i++, rest = rest[HashBytes..])
            hashes[i] = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        return ReadHead(bytes, ShardManifest.Parse(bytes.Slice(HeadBytes, manifestBytes), file), parts, hashes) with { Writes = rest[..^HashBytes].ToArray() };
    }

    private void WriteHead(Span<byte> bytes, int manifestBytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], manifestBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Position.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Position.Address);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Position.End);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], Position.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], Position.Hash);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[56..], Manifest.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[64..], RowCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[68..], BlockRows);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[72..], Parts.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[76..], BlockHashes.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[80..], Rows.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[88..], Rows.Seal);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[96..], Codes?.Length ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[104..], Codes?.Seal ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[112..], Writes.Length);
    }

    private static SnapshotFile ReadHead(ReadOnlySpan<byte> bytes, ShardManifest manifest, VectorPart[] parts, ulong[] hashes)
    {
        var codes = BinaryPrimitives.ReadInt64LittleEndian(bytes[96..]);
        return new SnapshotFile(
            new LogPosition(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..])),
            manifest,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[64..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[68..]),
            new SealedFile(BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[88..])),
            codes == 0 ? null : new SealedFile(codes, BinaryPrimitives.ReadUInt64LittleEndian(bytes[104..])),
            parts,
            hashes);
    }

    private string Name(string kind) => new SnapshotName(kind, Position.Sequence, Manifest.Epoch).ToString();
}

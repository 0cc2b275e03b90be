using System.Buffers.Binary;
using System.IO.Hashing;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;

namespace ClipOrleans.Storage.Log;

/// <summary>How far a log is known to be durable.</summary>
/// <param name="Epoch">Who said so.</param>
/// <param name="Sequence">Number of the last record before <paramref name="Until"/>.</param>
/// <param name="Begin">Address of the first record.</param>
/// <param name="Until">Address one past the last durable record.</param>
internal readonly record struct CommitPoint(long Epoch, long Sequence, long Begin, long Until);

/// <summary>
/// The file that tells a torn end (never acknowledged, may be cut) from damage (acknowledged, must be reported): two
/// slots written in turn, each with a checksum, so that a torn write leaves the older one.
/// </summary>
internal sealed class CommitMark : IDisposable
{
    // Slots in different 4 KiB blocks: no device tears both with one write.
    private const int SlotDistance = 4096;
    private const int SlotBytes = 64;
    private const int HashedBytes = SlotBytes - 8;
    private const ulong Magic = 0x3130_4B52_4D50_494C; // "LIPMRK01"

    private readonly IDiskFile _file;
    private readonly byte[] _slot = new byte[SlotBytes];
    private long _generation;

    private CommitMark(IDiskFile file, CommitPoint point)
    {
        _file = file;
        _generation = 1;
        Last = point;
    }

    /// <summary>The newest point that was written.</summary>
    public CommitPoint Last { get; private set; }

    /// <returns>The newest point on disk, or null if there is no mark.</returns>
    /// <exception cref="ShardCorruptException">There is a mark, but neither slot is whole, which no crash leaves.</exception>
    public static CommitPoint? Find(IDisk disk, ShardFiles files)
    {
        if (!disk.Exists(files.Mark))
            return null;
        var bytes = disk.ReadAll(files.Mark);
        var newest = (Generation: 0L, Point: default(CommitPoint?));
        for (var start = 0; start + SlotBytes <= bytes.Length; start += SlotDistance)
        {
            if (TryRead(bytes.AsSpan(start, SlotBytes), out var generation, out var point) && generation > newest.Generation)
                newest = (generation, point);
        }

        return newest.Point ?? throw new ShardCorruptException(
            files.Mark,
            "neither of its two slots is whole. With this file moved away the shard opens up to the last record that its log proves.");
    }

    /// <summary>Begins a new mark at a point that is durable already; the old one is replaced whole.</summary>
    /// <exception cref="ShardFencedException">A later owner has the shard.</exception>
    public static CommitMark Start(IDisk disk, ShardFiles files, CommitPoint point)
    {
        FencedFile.Replace(disk, files, files.Mark, point.Epoch, Image(point));
        return new CommitMark(disk.Open(files.Mark), point);
    }

    /// <summary>The bytes of a new mark.</summary>
    public static byte[] Image(CommitPoint point)
    {
        var bytes = new byte[SlotDistance + SlotBytes];
        Encode(bytes.AsSpan(SlotDistance), generation: 1, point);
        return bytes;
    }

    /// <summary>Returns when the device has the point. One caller at a time.</summary>
    public void Write(CommitPoint point)
    {
        _generation++;
        Encode(_slot, _generation, point);
        _file.Write(_slot, SlotDistance * (_generation & 1));
        _file.Flush();
        Last = point;
    }

    public void Dispose() => _file.Dispose();

    private static void Encode(Span<byte> slot, long generation, CommitPoint point)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], point.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(slot[24..], point.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(slot[32..], point.Begin);
        BinaryPrimitives.WriteInt64LittleEndian(slot[40..], point.Until);
        BinaryPrimitives.WriteInt64LittleEndian(slot[48..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[HashedBytes..], XxHash3.HashToUInt64(slot[..HashedBytes]));
    }

    private static bool TryRead(ReadOnlySpan<byte> slot, out long generation, out CommitPoint point)
    {
        generation = 0;
        point = default;
        if (BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(slot[HashedBytes..]) != XxHash3.HashToUInt64(slot[..HashedBytes]))
            return false;
        generation = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
        point = new CommitPoint(
            BinaryPrimitives.ReadInt64LittleEndian(slot[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(slot[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(slot[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(slot[40..]));
        return point.Begin >= LogGeometry.FirstAddress && point.Until >= point.Begin && point.Until <= LogGeometry.LastAddress
            && point.Sequence is >= 0 and <= RecordHeader.MaxNumber && point.Epoch is >= 1 and <= RecordHeader.MaxNumber;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// Reads records straight from the segment files: one positioned read for a row (1.1 µs warm, where FasterLog.ReadAsync
/// takes 6), and a scan that knows exactly where a log ends.
/// </summary>
internal sealed class LogReader(SegmentFiles segments)
{
    // One page of the page cache: rows of common dimensions fit, and a bigger one costs a second read.
    private const int FirstReadBytes = 4096;

    /// <exception cref="ShardCorruptException">There is no whole record at the address.</exception>
    public PooledRecord Read(long address)
    {
        var geometry = segments.Geometry;
        if (address < LogGeometry.FirstAddress || address > LogGeometry.LastAddress)
            throw new ShardCorruptException(segments.NameOf(LogGeometry.FirstAddress), $"{address} is no address of a record.");
        var room = geometry.PageBytes - geometry.OffsetInPage(address);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstReadBytes, room));
        try
        {
            var have = segments.Read(buffer.AsSpan(0, Math.Min(FirstReadBytes, room)), address);
            var length = have < LogGeometry.EntryHeaderBytes ? 0 : BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(LogGeometry.EntryLengthOffset));
            if (length < RecordHeader.Bytes || length > room - LogGeometry.EntryHeaderBytes)
                throw Damaged(address, $"a record of length {length} cannot stand here");
            var need = LogGeometry.EntryHeaderBytes + length;
            if (need > have)
            {
                var larger = ArrayPool<byte>.Shared.Rent(need);
                buffer.AsSpan(0, have).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
                have += segments.Read(buffer.AsSpan(have, need - have), address + have);
            }

            if (have < need)
                throw Damaged(address, "the file ends within the record");
            if (RecordHeader.TryRead(buffer.AsSpan(LogGeometry.EntryHeaderBytes, length), out _) is { } fault)
                throw Damaged(address, fault);
            return new PooledRecord(buffer, LogGeometry.EntryHeaderBytes, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Visits whole records from an address on, to the end of its page or to <paramref name="until"/>.</summary>
    /// <returns>Where to go on.</returns>
    /// <exception cref="ShardCorruptException">A record is not whole.</exception>
    public long VisitPage(long from, long until, LogScan.Visitor visit)
    {
        var geometry = segments.Geometry;
        var end = Math.Min(until, from - geometry.OffsetInPage(from) + geometry.PageBytes);
        var page = ArrayPool<byte>.Shared.Rent((int)(end - from));
        try
        {
            var have = segments.Read(page.AsSpan(0, (int)(end - from)), from);
            for (var at = 0; at + LogGeometry.EntryHeaderBytes <= have;)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(at + LogGeometry.EntryLengthOffset));
                if (length == 0)
                    return end;
                if (length < RecordHeader.Bytes || length > have - at - LogGeometry.EntryHeaderBytes)
                    throw Damaged(from + at, $"a record of length {length} cannot stand here");
                var record = page.AsMemory(at + LogGeometry.EntryHeaderBytes, length);
                if (RecordHeader.TryRead(record.Span, out var header) is { } fault)
                    throw Damaged(from + at, fault);
                visit(from + at, header, record);
                at += LogGeometry.EntryBytes(length);
            }

            return have == end - from ? end : throw Damaged(from + have, "the file ends within the page");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(page);
        }
    }

    public ShardCorruptException Damaged(long address, string fault) =>
        new(segments.NameOf(address), $"at log address {address}: {fault}.");
}

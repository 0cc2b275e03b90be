using System.Buffers;
using System.Buffers.Binary;
using ClipOrleans.Storage.Errors;

namespace ClipOrleans.Storage.Log;

/// <summary>
/// Reads a log from its begin to its end. The end is behind the last record of an unbroken chain: whole, numbered one
/// after the other, of an epoch that never falls. What lies behind it was never acknowledged, unless the commit mark says
/// so: then the log is damaged and nothing is guessed.
/// </summary>
/// <param name="segments">The files.</param>
/// <param name="mark">How far the log was acknowledged; null when that is not known.</param>
/// <param name="currentEpoch">No record is of a later one.</param>
/// <param name="from">A record that is known to be in the log: the scan begins behind it. Null: at the begin.</param>
/// <param name="limit">No record that begins here or behind is taken.</param>
internal sealed class LogScan(SegmentFiles segments, CommitPoint? mark, long currentEpoch, LogPosition? from = null, long limit = long.MaxValue)
{
    private long _epoch = from?.Epoch ?? 0;
    private long? _end = from?.End;
    private long _brokenAt;

    /// <summary>Address of the first record: as the mark says, or where the files begin that follow each other without a gap.</summary>
    public long Begin { get; } = segments.BeginOf(mark);

    /// <summary>The log does not begin where a mark says: its newest manifest must say that it may begin here.</summary>
    public bool IsBeginGuessed => mark?.Begin != Begin;

    /// <summary>Address one past the last record taken.</summary>
    public long End => _end ?? Begin;

    /// <summary>Number of the last record taken; 0 before the first.</summary>
    public long Sequence { get; private set; } = from?.Sequence ?? 0;

    /// <summary>Epoch of the last record taken.</summary>
    public long Epoch => _epoch;

    /// <summary>Why the scan ended where it did, or null at a clean end.</summary>
    public string? Broken { get; private set; }

    public delegate void Visitor(long address, in RecordHeader header, ReadOnlyMemory<byte> record);

    /// <exception cref="ShardCorruptException">The chain breaks before the commit mark, or the visitor refused a record.</exception>
    public void Run(Visitor visit, IProgress<int>? progress, CancellationToken cancel)
    {
        var geometry = segments.Geometry;
        var (first, end) = (End, Math.Min(limit, segments.EndOnDisk()));
        var page = ArrayPool<byte>.Shared.Rent(geometry.PageBytes);
        try
        {
            for (var start = End; start < end; start = (start & ~(long)(geometry.PageBytes - 1)) + geometry.PageBytes)
            {
                cancel.ThrowIfCancellationRequested();
                var have = segments.Read(page.AsSpan(0, geometry.PageBytes - geometry.OffsetInPage(start)), start);
                if (have == 0 ? !Break(start, "the file is missing or ends before") : !ScanPage(page.AsMemory(0, have), start, visit))
                    break;
                progress?.Report((int)(100 * (start - first) / (end - first)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(page);
        }

        if (mark is { } point && (End < point.Until || Sequence < point.Sequence))
        {
            throw new ShardCorruptException(
                segments.NameOf(Broken is null ? end : _brokenAt),
                $"acknowledged up to log address {point.Until} (record {point.Sequence}), but only {End} in {Path.GetFileName(segments.NameOf(End))} (record {Sequence}) can be read: {Broken ?? "the log ends"}.");
        }
    }

    /// <returns>False if the chain is broken within the page.</returns>
    private bool ScanPage(ReadOnlyMemory<byte> page, long start, Visitor visit)
    {
        var offset = 0;
        while (page.Length - offset >= LogGeometry.EntryHeaderBytes && start + offset < limit)
        {
            var rest = page[offset..];
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[LogGeometry.EntryLengthOffset..]);
            if (length == 0)
                return true;
            if (length < 0 || length > rest.Length - LogGeometry.EntryHeaderBytes)
                return Break(start + offset, $"a record of length {length} does not fit");
            var record = rest.Slice(LogGeometry.EntryHeaderBytes, length);
            if ((RecordHeader.TryRead(record.Span, out var header) ?? Follows(start + offset, header)) is { } fault)
                return Break(start + offset, fault);
            visit(start + offset, header, record);
            Sequence = header.Sequence;
            _epoch = header.Epoch;
            offset += LogGeometry.EntryBytes(length);
            _end = start + offset;
        }

        return true;
    }

    private bool Break(long address, string fault)
    {
        _brokenAt = address;
        Broken = $"at log address {address} in {Path.GetFileName(segments.NameOf(address))}, {fault}";
        return false;
    }

    private string? Follows(long address, in RecordHeader header) =>
        _end is null && address != Begin ? $"the log begins at {Begin}, where there is no record"
        : header.Sequence != Sequence + 1 && (_end is not null || Begin == LogGeometry.FirstAddress) ? $"record {header.Sequence} follows record {Sequence}"
        : header.Epoch < _epoch ? $"epoch {header.Epoch} follows epoch {_epoch}: written by an owner that had been replaced"
        : header.Epoch > currentEpoch ? $"epoch {header.Epoch} is newer than this opening's, {currentEpoch}"
        : null;
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Reading;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Compaction;

/// <summary>
/// Goes through a log page by page and finds what living documents have there: rows that are still their document's
/// newest, and images. A piece of an image does not say whose it is; the row that was written behind it does, dead or
/// alive, and a living row of the same document may still name the piece.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="rows">For images.</param>
/// <param name="end">Where to stop: every view that the sweep is given shows all that was written before.</param>
internal sealed class LogSweep(IShardLog log, RowReader rows, long end)
{
    /// <summary>Pieces seen whose row has not been seen yet.</summary>
    private readonly HashSet<long> _unnamed = [];
    private readonly Dictionary<string, MovingRow> _living = new(StringComparer.Ordinal);
    private long _epoch;
    private long _sequence;

    /// <summary>Where the sweep goes on.</summary>
    public long Position { get; private set; } = log.Begin;

    /// <summary>Once all that was found is moved, nothing before it is needed.</summary>
    public long Swept => _unnamed.Count == 0 ? Position : Math.Min(Position, _unnamed.Min());

    /// <summary>Goes through one page.</summary>
    /// <returns>What lives there, each document once.</returns>
    public IReadOnlyCollection<MovingRow> NextPage(CollectionView view)
    {
        _living.Clear();
        var next = log.Visit(Position, end, (long address, in RecordHeader header, ReadOnlyMemory<byte> record) => Visit(view, address, header, record));
        if (next < end)
            CheckFollows(next);
        Position = next;
        return [.. _living.Values];
    }

    /// <summary>
    /// Zeros within a page look like its end, and a file in another's place like rows that nobody needs any more: what was
    /// not seen must not be given back. The numbers of the records tell.
    /// </summary>
    private void CheckFollows(long address)
    {
        using var record = log.Read(address);
        if (RecordHeader.TryRead(record.Bytes.Span, out var header) is null)
            CheckFollows(address, header);
    }

    private void CheckFollows(long address, in RecordHeader header)
    {
        if (_sequence != 0 && header.Sequence != _sequence + 1)
            throw new ShardCorruptException(log.NameOf(address - 1), $"record {header.Sequence} at log address {address} follows record {_sequence}: what stood between them is gone.");
    }

    private void Visit(CollectionView view, long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        CheckFollows(address, header);
        _sequence = header.Sequence;

        // A group has one epoch: what a crash left without its row stays without one.
        if (header.Epoch > _epoch)
            _unnamed.Clear();
        _epoch = header.Epoch;
        if (header.Kind == RecordKind.BlobChunk)
            _unnamed.Add(address);
        if (header.Kind != RecordKind.Operations)
            return;
        var offset = RecordHeader.Bytes;
        for (var i = 0; i < header.Operations; i++)
        {
            var row = RowCodec.Read(record, offset);
            if (row.Kind == OperationKind.Put)
                Visit(view, new Locator(address, offset).Pack(), row, record);
            offset += row.Length;
        }
    }

    private void Visit(CollectionView view, long locator, in RowView row, ReadOnlyMemory<byte> record)
    {
        var pieces = MemoryMarshal.Cast<byte, long>(row.Chunks.Span);
        foreach (var piece in pieces)
            _unnamed.Remove(piece);
        var id = row.Id;
        if (!view.TryGet(id, out var newest) || _living.ContainsKey(id))
            return;
        var current = view.LocatorOf(newest);
        if (current == locator)
            _living[id] = new MovingRow(id, locator, Copy(record.Slice(row.Offset, row.Length)), Image(locator, row));
        else if (!pieces.IsEmpty)
            AddIfSharesImage(id, current, pieces[0]);
    }

    /// <summary>A metadata patch wrote the row anew and left the image where it was: both move.</summary>
    private void AddIfSharesImage(string id, long current, long firstPiece)
    {
        var (address, offset) = Locator.Unpack(current);
        using var record = log.Read(address);
        var row = RowCodec.Read(record.Bytes, offset);
        if (!row.Chunks.IsEmpty && BinaryPrimitives.ReadInt64LittleEndian(row.Chunks.Span) == firstPiece)
            _living[id] = new MovingRow(id, current, Copy(record.Bytes.Slice(offset, row.Length)), Image(current, row));
    }

    private ReadOnlyMemory<byte> Image(long locator, in RowView row) =>
        row.HasImage && rows.ReadImage(locator, row.Id) is { } image ? image.Bytes : default;

    private static RowView Copy(ReadOnlyMemory<byte> operation)
    {
        var record = new byte[RecordHeader.Bytes + operation.Length];
        operation.CopyTo(record.AsMemory(RecordHeader.Bytes));
        return RowCodec.Read(record, RecordHeader.Bytes);
    }
}

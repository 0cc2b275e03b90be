using System.Buffers;
using System.Buffers.Binary;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Puts operations into records and records into the log, numbering them. Small operations share a record up to what one
/// read brings anyway; a bigger one has a record of its own, so that reading a row never drags others along.
/// </summary>
internal sealed class RecordPacker(IShardLog log, EpochFence fence, long lastSequence)
{
    // With FASTER's 12 bytes in front, a full pack is one page of the page cache.
    private const int PackBytes = 4096 - LogGeometry.EntryHeaderBytes;

    private byte[]? _pack;
    private int _used;
    private ushort _count;

    /// <summary>Number of the last record appended.</summary>
    public long Sequence { get; private set; } = lastSequence;

    /// <summary>Forgets what was begun and goes on behind a record: the log was cut there.</summary>
    public void Restart(long lastSequence)
    {
        (_pack, _used, _count) = (null, 0, 0);
        Sequence = lastSequence;
    }

    public bool Fits(in RowView row) => RecordHeader.Bytes + RowCodec.Size(row) <= log.MaxRecordBytes;

    /// <summary>Adds the operation to the open record; it is appended when that is full or sealed.</summary>
    public async ValueTask<PendingRow> AddAsync(RowView row, WriteGroup group)
    {
        var size = RowCodec.Size(row);
        if (_pack is not null && (_used + size > _pack.Length || _count == ushort.MaxValue))
            await SealAsync(group);
        if (_pack is null)
        {
            _pack = new byte[Math.Max(PackBytes, RecordHeader.Bytes + size)];
            _used = RecordHeader.Bytes;
        }

        var offset = _used;
        RowCodec.Write(_pack.AsSpan(offset, size), row);
        _used += size;
        _count++;
        group.Bytes += size;
        return new PendingRow(group, _pack, offset);
    }

    /// <summary>Appends the open record, if there is one.</summary>
    public async ValueTask SealAsync(WriteGroup group)
    {
        if (_pack is null)
            return;
        var record = _pack.AsMemory(0, _used);
        var header = new RecordHeader(RecordKind.Operations, _count, fence.Epoch, Sequence + 1);
        var address = await AppendAsync(header, record, group);
        group.Records.Add(new AppendedRecord(address, header, record));
        _pack = null;
        _count = 0;
    }

    /// <summary>Appends a manifest record.</summary>
    public async ValueTask AppendManifestAsync(ReadOnlyMemory<byte> json, WriteGroup group)
    {
        var record = new byte[RecordHeader.Bytes + json.Length];
        json.CopyTo(record.AsMemory(RecordHeader.Bytes));
        var header = new RecordHeader(RecordKind.Manifest, 0, fence.Epoch, Sequence + 1);
        var address = await AppendAsync(header, record, group);
        group.Records.Add(new AppendedRecord(address, header, record));
    }

    /// <summary>Appends an image in pieces, ahead of the row that will name them.</summary>
    /// <returns>Addresses of the pieces, int64 little-endian.</returns>
    public async ValueTask<byte[]> AppendImageAsync(ReadOnlyMemory<byte> image, WriteGroup group)
    {
        var pieceBytes = PieceBytes;
        var count = Pieces(image.Length);
        var addresses = new byte[count * sizeof(long)];
        var buffer = ArrayPool<byte>.Shared.Rent(RecordHeader.Bytes + BlobChunk.HeaderBytes + Math.Min(pieceBytes, image.Length));
        try
        {
            for (var i = 0; i < count; i++)
            {
                var piece = image.Slice(i * pieceBytes, Math.Min(pieceBytes, image.Length - (i * pieceBytes)));
                var record = buffer.AsMemory(0, RecordHeader.Bytes + BlobChunk.HeaderBytes + piece.Length);
                BlobChunk.WriteHeader(record.Span[RecordHeader.Bytes..], i, count);
                piece.CopyTo(record[(RecordHeader.Bytes + BlobChunk.HeaderBytes)..]);
                var header = new RecordHeader(RecordKind.BlobChunk, 0, fence.Epoch, Sequence + 1);
                var address = await AppendAsync(header, record, group);
                BinaryPrimitives.WriteInt64LittleEndian(addresses.AsSpan(i * sizeof(long)), address);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return addresses;
    }

    /// <summary>How many pieces an image of this length becomes.</summary>
    public int Pieces(int imageBytes) => (imageBytes + PieceBytes - 1) / PieceBytes;

    private int PieceBytes => log.MaxRecordBytes - RecordHeader.Bytes - BlobChunk.HeaderBytes;

    private async ValueTask<long> AppendAsync(RecordHeader header, Memory<byte> record, WriteGroup group)
    {
        header.Write(record.Span);
        var address = await log.AppendAsync(record, CancellationToken.None);
        Sequence = header.Sequence;
        group.Appended = true;
        return address;
    }
}

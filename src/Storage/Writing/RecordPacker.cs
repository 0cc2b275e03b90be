using System.Buffers;
using System.Buffers.Binary;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Puts operations into records and records into the log, numbering them. Small operations share a record up to what one
/// read brings anyway; a bigger one has a record of its own, so that reading a row never drags others along. Behind the
/// operations of a write that has an id its receipt stands in the same record.
/// </summary>
internal sealed class RecordPacker(IShardLog log, EpochFence fence, long lastSequence)
{
    // With FASTER's 12 bytes in front, a full pack is one page of the page cache.
    private const int PackBytes = 4096 - LogGeometry.EntryHeaderBytes;

    /// <summary>Of one record: the last place is a receipt's.</summary>
    private const int MostOperations = ushort.MaxValue - 1;

    /// <summary>Requests whose last receipt stands in the open record.</summary>
    private readonly List<BatchRequest> _ended = [];
    private byte[]? _pack;
    private int _used;
    private int _count;
    private ReceiptDraft? _receipt;

    /// <summary>Number of the last record appended.</summary>
    public long Sequence { get; private set; } = lastSequence;

    /// <summary>Forgets what was begun and goes on behind a record: the log was cut there.</summary>
    public void Restart(long lastSequence)
    {
        (_pack, _used, _count, _receipt) = (null, 0, 0, null);
        _ended.Clear();
        Sequence = lastSequence;
    }

    /// <summary>Longest row, so that it fits a record with its receipt.</summary>
    public int MaxRowBytes => log.MaxRecordBytes - RecordHeader.Bytes - WriteReceipt.FixedBytes - OutcomeCodec.PlainBytes;

    /// <summary>From here on outcomes are noted, and each record says which of its operations' there are.</summary>
    public void BeginWrite(ReceiptDraft receipt) => _receipt = receipt;

    /// <summary>Notes the outcome of the operation that was encoded last; if it has a row, both stand in one record.</summary>
    public async ValueTask NoteAsync(StoredOutcome outcome, WriteGroup group)
    {
        if (_receipt is null)
            return;
        await MakeRoomAsync(0, OutcomeCodec.Size(outcome), group);
        _receipt.Add(outcome);
    }

    /// <summary>All outcomes of the write were noted.</summary>
    public void EndWrite()
    {
        if (_receipt is { IsEmpty: false })
            AddReceipt(_receipt);
        _receipt = null;
    }

    /// <summary>Repeats the receipt of a write whose record is about to go.</summary>
    public async ValueTask MoveAsync(RecentWrite write, WriteGroup group)
    {
        foreach (var piece in write.InPieces(PackBytes - RecordHeader.Bytes))
        {
            await MakeRoomAsync(piece.Bytes, 0, group);
            piece.Write(_pack.AsSpan(_used));
            _used += piece.Bytes;
            _count++;
        }
    }

    /// <summary>Adds the operation to the open record; it is appended when that is full or sealed.</summary>
    public async ValueTask<PendingRow> AddAsync(RowView row, WriteGroup group)
    {
        var size = RowCodec.Size(row);
        await MakeRoomAsync(size, OutcomeCodec.PlainBytes, group);
        var offset = _used;
        RowCodec.Write(_pack.AsSpan(offset, size), row);
        _used += size;
        _count++;
        group.Bytes += size;
        return new PendingRow(group, _pack!, offset);
    }

    /// <summary>Appends the open record, if there is one.</summary>
    public async ValueTask SealAsync(WriteGroup group)
    {
        if (_pack is null)
            return;
        if (_receipt is { IsEmpty: false })
            AddReceipt(_receipt);
        var record = _pack.AsMemory(0, _used);
        var header = new RecordHeader(RecordKind.Operations, (ushort)_count, fence.Epoch, Sequence + 1);
        var address = await AppendAsync(header, record, group);
        group.Records.Add(new AppendedRecord(address, header, record));
        _ended.ForEach(request => request.Sequence = header.Sequence);
        _ended.Clear();
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

    /// <summary>Opens a record with room for an operation and the receipt behind it, unless the open one has it.</summary>
    private async ValueTask MakeRoomAsync(int operationBytes, int outcomeBytes, WriteGroup group)
    {
        if (_pack is not null && (_used + operationBytes + ReceiptBytes(outcomeBytes) > _pack.Length || _count >= MostOperations))
            await SealAsync(group);
        if (_pack is not null)
            return;
        _pack = new byte[Math.Max(PackBytes, RecordHeader.Bytes + operationBytes + ReceiptBytes(outcomeBytes))];
        _used = RecordHeader.Bytes;
    }

    private int ReceiptBytes(int outcomeBytes) => _receipt is null ? 0 : _receipt.Bytes + outcomeBytes;

    private void AddReceipt(ReceiptDraft receipt)
    {
        _used += receipt.WriteTo(_pack.AsSpan(_used));
        _count++;
        _ended.Add(receipt.Request);
    }

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

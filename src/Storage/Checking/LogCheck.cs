using System.Buffers.Binary;
using System.IO.Hashing;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Checking;

/// <summary>Where the living version of a document stands, and of which bytes its vector is.</summary>
/// <param name="Locator">Of its row.</param>
/// <param name="VectorHash">XxHash3 of its float32 vector.</param>
/// <param name="Chunks">Log addresses of the pieces of its image; null without one.</param>
/// <param name="ImageBytes">Length of the image.</param>
internal readonly record struct PlacedDocument(long Locator, ulong VectorHash, long[]? Chunks, int ImageBytes);

/// <summary>
/// Reads a log from its begin to its end and finds out which documents it makes: each record by its checksum, each
/// operation by its format, each image by its pieces. Takes some hundred bytes a document, whatever the vectors take.
/// </summary>
internal sealed class LogCheck(SegmentFiles segments, CommitPoint? mark, long currentEpoch, CheckFindings findings)
{
    private readonly Dictionary<string, PlacedDocument> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (int Index, int Count, int Bytes)> _pieces = [];
    private readonly LogScan _scan = new(segments, mark, currentEpoch);

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, PlacedDocument> Documents => _documents;

    /// <summary>The newest manifest in the log, or null.</summary>
    public ShardManifest? Manifest { get; private set; }

    /// <summary>All that was acknowledged could be read.</summary>
    public bool IsWhole { get; private set; }

    public void Run(CancellationToken cancel)
    {
        IsWhole = findings.Try(CheckSeverity.Damage, segments.NameOf(_scan.Begin), () => _scan.Run(Visit, progress: null, cancel));
        if (IsWhole)
            CheckEnd();
        else
            CheckRest(cancel);
        CheckImages();
    }

    private void Visit(long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        try
        {
            switch (header.Kind)
            {
                case RecordKind.Operations:
                    VisitOperations(address, header, record);
                    break;
                case RecordKind.BlobChunk:
                    VisitPiece(address, record);
                    break;
                default:
                    Manifest = ShardManifest.Parse(record.Span[RecordHeader.Bytes..], segments.NameOf(address));
                    break;
            }
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new ShardCorruptException(segments.NameOf(address), $"at log address {address}: {fault.Message}.", fault);
        }
    }

    private void VisitOperations(long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        var offset = RecordHeader.Bytes;
        for (var i = 0; i < header.Operations; i++)
        {
            var row = RowCodec.Read(record, offset);
            if (row.Kind == OperationKind.Delete)
                _documents.Remove(row.Id);
            else if (row.Kind == OperationKind.Receipt)
                _ = WriteReceipt.Read(row.Receipt);
            else
                _documents[row.Id] = new PlacedDocument(new Locator(address, offset).Pack(), XxHash3.HashToUInt64(row.Vector.Span), Addresses(row), row.ImageBytes);
            offset += row.Length;
        }

        if (offset != record.Length)
            throw new FormatException($"{record.Length - offset} bytes behind the last of {header.Operations} operations");
    }

    private void VisitPiece(long address, ReadOnlyMemory<byte> record)
    {
        var body = record.Span[RecordHeader.Bytes..];
        if (body.Length <= BlobChunk.HeaderBytes)
            throw new FormatException("a piece of an image without bytes");
        _pieces[address] = (BinaryPrimitives.ReadInt32LittleEndian(body), BinaryPrimitives.ReadInt32LittleEndian(body[4..]), body.Length - BlobChunk.HeaderBytes);
    }

    private static long[]? Addresses(in RowView row)
    {
        if (!row.HasImage)
            return null;
        var addresses = new long[row.Chunks.Length / sizeof(long)];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = BinaryPrimitives.ReadInt64LittleEndian(row.Chunks.Span[(i * sizeof(long))..]);
        return addresses;
    }

    /// <summary>What lies behind the last record: a torn end, if the mark says how far the log was acknowledged.</summary>
    private void CheckEnd()
    {
        if (_scan.IsBeginGuessed && Manifest?.LogBegin < _scan.Begin)
        {
            IsWhole = false;
            findings.Damage(segments.NameOf(Manifest.LogBegin), $"the log begins at {Manifest.LogBegin}, but its files only at {_scan.Begin}: some are missing.");
        }

        if (_scan.Broken is not { } broken)
            return;
        var name = segments.NameOf(_scan.End);
        if (mark is null)
        {
            IsWhole = false;
            findings.Damage(name, $"the chain of records breaks ({broken}), and without the commit mark it cannot be told whether what stands behind was acknowledged. Opening the shard cuts it off.");
        }
        else
        {
            findings.Note(name, $"{segments.EndOnDisk() - _scan.End} bytes behind record {_scan.Sequence} were never acknowledged ({broken}). They are cut off at the next opening.");
        }
    }

    /// <summary>The chain is broken: which of the pages behind are damaged as well is told, so that one knows what a backup must bring.</summary>
    private void CheckRest(CancellationToken cancel)
    {
        var (reader, pageBytes) = (new LogReader(segments), (long)segments.Geometry.PageBytes);
        var until = Math.Min(mark?.Until ?? long.MaxValue, segments.EndOnDisk());
        for (var page = (_scan.End & ~(pageBytes - 1)) + pageBytes; page < until; page += pageBytes)
        {
            cancel.ThrowIfCancellationRequested();
            findings.Try(CheckSeverity.Damage, segments.NameOf(page), () => reader.VisitPage(page, until, static (long _, in RecordHeader _, ReadOnlyMemory<byte> _) => { }));
        }
    }

    /// <summary>Of living documents: what a replaced one named may have been given back.</summary>
    private void CheckImages()
    {
        foreach (var (id, document) in _documents)
        {
            if (document.Chunks is not { } chunks)
                continue;
            var bytes = 0L;
            var isWhole = true;
            for (var i = 0; i < chunks.Length && isWhole; i++)
            {
                isWhole = _pieces.TryGetValue(chunks[i], out var piece) && piece.Index == i && piece.Count == chunks.Length;
                bytes += piece.Bytes;
            }

            if (isWhole && bytes == document.ImageBytes)
                continue;
            IsWhole = false;
            findings.Damage(segments.NameOf(Locator.Unpack(document.Locator).Address), $"the image of document '{id}' is not where its row says. Its vector and its metadata are whole.");
        }
    }
}

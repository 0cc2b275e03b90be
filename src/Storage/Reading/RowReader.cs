using System.Buffers.Binary;
using System.Text;
using BitFaster.Caching.Lru;
using ClipOrleans.Storage.Documents;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Reading;

/// <summary>
/// Turns locators into documents. Hot rows stay decoded in a cache, without their vectors; a locator names one version
/// for ever, so that nothing in the cache ever goes stale. The cache is bounded in bytes by admitting small rows only and
/// counting each as the largest of them.
/// </summary>
internal sealed class RowReader
{
    /// <summary>Rows above it are read from the log each time: 4 KiB holds the metadata of nearly every catalogue.</summary>
    public const int MaxCachedRowBytes = 4096;

    // ConcurrentLru needs three queues of at least one each.
    private const int MinCachedRows = 3;

    // A page of hits is a few warm reads of about 2 µs: less than handing them to another thread.
    private const int ReadAlone = 32;
    private const int ReadersAtOnce = 4;

    private readonly IRecordReader _log;
    private readonly ConcurrentLru<long, StoredDocument>? _cache;

    public RowReader(IRecordReader log, long cacheBytes)
    {
        _log = log;
        var rows = (int)(cacheBytes / MaxCachedRowBytes);
        _cache = rows < MinCachedRows ? null : new ConcurrentLru<long, StoredDocument>(Environment.ProcessorCount, rows, EqualityComparer<long>.Default);
    }

    /// <summary>Upper bound of what the cache holds now.</summary>
    public long BytesInMemory => (long)(_cache?.Count ?? 0) * MaxCachedRowBytes;

    /// <param name="locator">Where.</param>
    /// <param name="id">Whose row must be there; null where only the locator is known.</param>
    /// <param name="includeVector">With the vector.</param>
    /// <exception cref="ShardCorruptException">The locator does not lead to a whole row, or to that of another document.</exception>
    public StoredDocument Read(long locator, string? id, bool includeVector)
    {
        if (!includeVector && _cache is not null && _cache.TryGet(locator, out var cached))
            return Checked(cached, id, locator);
        var (address, offset) = Locator.Unpack(locator);
        using var record = _log.Read(address);
        var row = Decode(record.Bytes, address, offset);
        var document = Checked(ToDocument(row, includeVector), id, locator);
        if (!includeVector && row.Length - row.Vector.Length <= MaxCachedRowBytes)
            _cache?.AddOrUpdate(locator, document);
        return document;
    }

    /// <summary>Reads rows in order; many that are not cached are read by several threads, since each may wait for the device.</summary>
    public async ValueTask<StoredDocument[]> ReadManyAsync(IReadOnlyList<long> locators, IReadOnlyList<string>? ids, bool includeVector, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var documents = new StoredDocument[locators.Count];
        if (locators.Count <= ReadAlone)
        {
            for (var i = 0; i < documents.Length; i++)
                documents[i] = Read(locators[i], ids?[i], includeVector);
            return documents;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce, CancellationToken = cancel };
        await Parallel.ForAsync(
            0,
            (documents.Length + ReadAlone - 1) / ReadAlone,
            options,
            (block, _) =>
            {
                for (var i = block * ReadAlone; i < Math.Min(documents.Length, (block + 1) * ReadAlone); i++)
                    documents[i] = Read(locators[i], ids?[i], includeVector);
                return ValueTask.CompletedTask;
            });
        return documents;
    }

    /// <param name="locator">Where the row is.</param>
    /// <param name="id">Whose it must be.</param>
    public StoredImage? ReadImage(long locator, string id)
    {
        var (address, offset) = Locator.Unpack(locator);
        using var record = _log.Read(address);
        var row = Decode(record.Bytes, address, offset);
        if (row.Id != id)
            throw Foreign(row.Id, id, locator);
        if (!row.HasImage)
            return null;
        byte[] image = [];
        var count = row.Chunks.Length / sizeof(long);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var chunkAddress = BinaryPrimitives.ReadInt64LittleEndian(row.Chunks.Span[(i * sizeof(long))..]);
            using var chunkRecord = _log.Read(chunkAddress);
            if (BlobChunk.TryRead(chunkRecord.Bytes, i, count) is not { } chunk || chunk.Length > row.ImageBytes - at
                || (i == 0 && row.ImageBytes > (long)chunk.Length * count))
                throw new ShardCorruptException(_log.NameOf(chunkAddress), $"piece {i} of {count} of the image of the row at log address {address} is not at {chunkAddress}.");
            // Only now: the first piece is as large as any, and what a row says of its image alone is no reason for so much memory.
            if (i == 0)
                image = new byte[row.ImageBytes];
            chunk.Span.CopyTo(image.AsSpan(at));
            at += chunk.Length;
        }

        return at == row.ImageBytes
            ? new StoredImage(image, Text(row.ImageContentType))
            : throw new ShardCorruptException(_log.NameOf(address), $"the pieces of the image of the row at log address {address} have {at} bytes, not {image.Length}.");
    }

    /// <summary>A record that is whole may still be another one: of a file that was put in the place of the right one.</summary>
    private StoredDocument Checked(StoredDocument found, string? id, long locator) =>
        id is null || found.Id == id ? found : throw Foreign(found.Id, id, locator);

    private ShardCorruptException Foreign(string found, string id, long locator)
    {
        var address = Locator.Unpack(locator).Address;
        return new ShardCorruptException(_log.NameOf(address), $"at log address {address}: document '{found}' stands where '{id}' was written.");
    }

    private RowView Decode(ReadOnlyMemory<byte> record, long address, int offset)
    {
        try
        {
            var row = RowCodec.Read(record, offset);
            return row.Kind == OperationKind.Put ? row : throw new FormatException("no row");
        }
        catch (FormatException e)
        {
            throw new ShardCorruptException(_log.NameOf(address), $"at log address {address}, offset {offset}: {e.Message}.", e);
        }
    }

    private static StoredDocument ToDocument(in RowView row, bool includeVector) => new(
        row.Id,
        row.Metadata.ToArray(),
        row.ImageUrl is { } url ? Text(url) : null,
        row.Text is { } text ? Text(text) : null,
        Text(row.Model),
        Text(row.ModelRevision),
        RowTime.ToDateTime(row.CreatedAt),
        RowTime.ToDateTime(row.UpdatedAt),
        row.HasImage,
        includeVector ? row.Vector.ToArray() : null);

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Log;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage.Compaction;

/// <summary>
/// Estimates what living documents take in a log from a sample of them, spread evenly: keeping count of each one's bytes
/// would cost memory for every document, and the estimate decides only when it is worth looking.
/// </summary>
internal static class LiveBytes
{
    private const int Sample = 256;
    private const int FullRecord = 4096 - LogGeometry.EntryHeaderBytes;
    private const int RecordOverhead = LogGeometry.EntryHeaderBytes + RecordHeader.Bytes;

    /// <returns>Bytes of all living documents, with their images and the headers around them.</returns>
    public static long Estimate(CollectionView view, IShardLog log, CancellationToken cancel)
    {
        var rows = view.Count + view.DeadRows;
        var (found, bytes) = (0L, 0L);
        for (var i = 0; i < Sample; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var first = (int)(i * rows / Sample);
            var end = (int)((i + 1) * rows / Sample);
            for (var row = first; row < end; row++)
            {
                if (!view.TryGet(view.IdOf(row), out var newest) || newest != row)
                    continue;
                if (BytesOf(view.LocatorOf(row), log) is { } size)
                {
                    found++;
                    bytes += size;
                }

                break;
            }
        }

        return found == 0 ? 0 : (long)((double)bytes / found * view.Count);
    }

    /// <summary>Of a row with its image; small rows share the header of their record.</summary>
    public static long Of(in RowView row)
    {
        var shared = Math.Max(1, FullRecord / Math.Max(1, row.Length));
        var pieces = row.Chunks.Length / sizeof(long);
        return row.Length + (RecordOverhead / shared) + row.ImageBytes + (pieces * (RecordOverhead + BlobChunk.HeaderBytes));
    }

    private static long? BytesOf(long packed, IShardLog log)
    {
        var (address, offset) = Locator.Unpack(packed);
        try
        {
            using var record = log.Read(address);
            return Of(RowCodec.Read(record.Bytes, offset));
        }
        catch (ShardRowMovedException)
        {
            return null;
        }
    }
}

using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Backup;

/// <summary>Reads the files of a shard that nobody has open, without changing any.</summary>
internal static class CopiedShard
{
    /// <summary>Proves that opening the files would succeed, and that the log ends exactly where its mark says.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="files">Of the copy.</param>
    /// <param name="isForeign">It may come from anywhere: each row must be one that a write would have been taken for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What the shard is, and the point where its log ends.</returns>
    /// <exception cref="ShardCorruptException">A file is not what a copy of a shard has.</exception>
    public static (ShardManifest Manifest, CommitPoint Point) Check(IDisk disk, ShardFiles files, bool isForeign, CancellationToken cancel)
    {
        if (!disk.Exists(files.Manifest))
            throw new ShardCorruptException(files.Manifest, "the file is missing.");
        var manifest = ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest);
        var mark = CommitMark.Find(disk, files) ?? throw new ShardCorruptException(files.Mark, "the file is missing.");
        if (isForeign && Math.Max(Math.Max(manifest.Epoch, mark.Epoch), mark.Sequence) > RecordHeader.MaxNumber / 2)
            throw new ShardCorruptException(files.Mark, "epochs or records are counted so far that nothing can follow.");
        using var segments = new SegmentFiles(disk, files, manifest.Geometry);
        var scan = new LogScan(segments, mark, Math.Max(manifest.Epoch, mark.Epoch));
        scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => Check(segments.NameOf(address), isForeign ? manifest : null, address, header, record), progress: null, cancel);
        if (scan.End != mark.Until || scan.Sequence != mark.Sequence || segments.EndOnDisk() != mark.Until)
            throw new ShardCorruptException(segments.NameOf(scan.End), $"the log ends at {segments.EndOnDisk()}, where its mark says {mark.Until}.");
        return (manifest, mark);
    }

    private static void Check(string file, ShardManifest? foreign, long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        try
        {
            var offset = RecordHeader.Bytes;
            for (var i = 0; i < header.Operations; i++)
            {
                var row = RowCodec.Read(record, offset);
                if (foreign is not null)
                    ForeignRecord.Check(row, address, foreign.Descriptor);
                offset += row.Length;
            }

            if (header.Kind == RecordKind.Manifest)
                CheckManifest(ShardManifest.Parse(record.Span[RecordHeader.Bytes..], file), foreign);
            else if (header.Kind == RecordKind.Operations && offset != record.Length)
                throw new FormatException($"{record.Length - offset} bytes behind the last operation");
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ShardCorruptException(file, $"at log address {address}: {e.Message}.", e);
        }
    }

    private static void CheckManifest(ShardManifest manifest, ShardManifest? foreign)
    {
        if (foreign is not null)
            ForeignRecord.Check(manifest, foreign);
    }
}

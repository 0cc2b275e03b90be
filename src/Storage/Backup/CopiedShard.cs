using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Backup;

/// <summary>Reads the files of a shard that nobody has open, without changing any.</summary>
internal static class CopiedShard
{
    /// <summary>Proves that opening the files would succeed, and that the log ends exactly where its mark says.</summary>
    /// <returns>What the shard is, and the point where its log ends.</returns>
    /// <exception cref="ShardCorruptException">A file is not what a copy of a shard has.</exception>
    public static (ShardManifest Manifest, CommitPoint Point) Check(IDisk disk, ShardFiles files, CancellationToken cancel)
    {
        if (!disk.Exists(files.Manifest))
            throw new ShardCorruptException(files.Manifest, "the file is missing.");
        var manifest = ShardManifest.Parse(disk.ReadAll(files.Manifest), files.Manifest);
        var mark = CommitMark.Find(disk, files) ?? throw new ShardCorruptException(files.Mark, "the file is missing.");
        using var segments = new SegmentFiles(disk, files, manifest.Geometry);
        var scan = new LogScan(segments, mark, Math.Max(manifest.Epoch, mark.Epoch));
        scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => Check(segments.NameOf(address), address, header, record), progress: null, cancel);
        if (scan.End != mark.Until || scan.Sequence != mark.Sequence || segments.EndOnDisk() != mark.Until)
            throw new ShardCorruptException(segments.NameOf(scan.End), $"the log ends at {segments.EndOnDisk()}, where its mark says {mark.Until}.");
        return (manifest, mark);
    }

    private static void Check(string file, long address, in RecordHeader header, ReadOnlyMemory<byte> record)
    {
        try
        {
            var offset = RecordHeader.Bytes;
            for (var i = 0; i < header.Operations; i++)
                offset += RowCodec.Read(record, offset).Length;
            if (header.Kind == RecordKind.Manifest)
                ShardManifest.Parse(record.Span[RecordHeader.Bytes..], file);
            else if (header.Kind == RecordKind.Operations && offset != record.Length)
                throw new FormatException($"{record.Length - offset} bytes behind the last operation");
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ShardCorruptException(file, $"at log address {address}: {e.Message}.", e);
        }
    }
}

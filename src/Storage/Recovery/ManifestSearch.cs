using System.Buffers.Binary;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Recovery;

/// <summary>
/// Finds a manifest in a log whose sizes of pages and segments are not known: it stands in the log for the shard whose
/// shard.json is gone. Entries are walked; a page that ends early is followed by one at a multiple of the smallest size.
/// </summary>
internal static class ManifestSearch
{
    private const int SmallestPage = 1 << 18;

    /// <exception cref="ShardCorruptException">There is none, or the log is damaged before it.</exception>
    public static ShardManifest Find(IDisk disk, ShardFiles files)
    {
        var numbers = disk.List(files.Directory).Select(static file => ShardFiles.TryParseSegment(file.Name, out var number) ? number : -1).Where(static number => number >= 0).Order();
        foreach (var number in numbers)
        {
            using var file = disk.TryOpenExisting(files.Segment(number));
            if (file is not null && FindIn(file, files.Segment(number), number == 0 ? LogGeometry.FirstAddress : 0) is { } found)
                return found;
        }

        throw new ShardCorruptException(files.LogBase, "no manifest in it: what the shard holds is not known without shard.json.");
    }

    private static ShardManifest? FindIn(IDiskFile file, string name, long start)
    {
        var length = file.Length;
        Span<byte> head = stackalloc byte[LogGeometry.EntryHeaderBytes + RecordHeader.Bytes];
        for (var at = start; at + head.Length <= length;)
        {
            file.Read(head, at);
            var recordBytes = BinaryPrimitives.ReadInt32LittleEndian(head[LogGeometry.EntryLengthOffset..]);
            if (recordBytes == 0)
            {
                at = ((at / SmallestPage) + 1) * SmallestPage;
                continue;
            }

            if (recordBytes < RecordHeader.Bytes || recordBytes > length - at - LogGeometry.EntryHeaderBytes)
                throw new ShardCorruptException(name, $"a record of length {recordBytes} cannot stand at offset {at}.");
            if (RecordHeader.KindOf(head[LogGeometry.EntryHeaderBytes..]) == RecordKind.Manifest)
                return Read(file, name, at, recordBytes);
            at += LogGeometry.EntryBytes(recordBytes);
        }

        return null;
    }

    private static ShardManifest Read(IDiskFile file, string name, long at, int length)
    {
        var record = new byte[length];
        file.Read(record, at + LogGeometry.EntryHeaderBytes);
        return RecordHeader.TryRead(record, out _) is { } fault
            ? throw new ShardCorruptException(name, $"at offset {at}: {fault}.")
            : ShardManifest.Parse(record.AsSpan(RecordHeader.Bytes), name);
    }
}

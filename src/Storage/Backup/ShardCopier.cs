using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;

namespace ClipOrleans.Storage.Backup;

/// <summary>
/// Copies a shard that is open, while it serves. Which records are in the copy is settled on the writer's turn, with the
/// segments that hold them linked or opened there: whatever is appended or truncated afterwards changes nothing.
/// </summary>
internal sealed class ShardCopier(IDisk disk, ShardFiles source, string directory) : IDisposable
{
    private readonly ShardFiles _target = new(directory);
    private readonly List<TakenSegment> _segments = [];
    private CommitPoint _point;
    private ShardManifest _manifest = null!;
    private long _documents;

    /// <summary>Settles what is copied. On the writer's turn; links are made here, bytes are copied later.</summary>
    public bool Take(CommitPoint point, ShardManifest manifest, long documents)
    {
        (_point, _manifest, _documents) = (point, manifest with { Owner = null }, documents);
        var geometry = manifest.Geometry;
        for (var number = geometry.SegmentOf(point.Begin); number <= geometry.SegmentOf(point.Until - 1); number++)
        {
            var start = (long)number << geometry.SegmentSizeBits;
            var length = Math.Min(point.Until - start, 1L << geometry.SegmentSizeBits);
            var isSealed = length == 1L << geometry.SegmentSizeBits;
            var linked = isSealed && disk.TryLink(source.Segment(number), _target.Segment(number));
            var file = disk.TryOpenExisting(linked ? _target.Segment(number) : source.Segment(number))
                ?? throw new ShardCorruptException(source.Segment(number), "the file is gone.");
            _segments.Add(new TakenSegment(number, length, linked, file));
        }

        return true;
    }

    /// <summary>Copies what was taken, forces it, and reads it back.</summary>
    /// <exception cref="ShardCorruptException">The log is damaged: there is nothing whole to copy.</exception>
    public BackupShard Copy(CancellationToken cancel)
    {
        var files = new List<BackupFile>();
        foreach (var segment in _segments)
            files.Add(Copy(segment, cancel));
        files.Add(Write(_target.Manifest, _manifest.ToJson()));
        files.Add(Write(_target.Mark, CommitMark.Image(_point)));
        disk.SyncDirectory(_target.Directory);
        CopiedShard.Check(disk, _target, isForeign: false, cancel);
        return new BackupShard(_documents, _point.Sequence, _manifest.Descriptor.IndexVersion, files);
    }

    public void Dispose() => _segments.ForEach(static segment => segment.File.Dispose());

    private BackupFile Copy(TakenSegment segment, CancellationToken cancel)
    {
        var path = _target.Segment(segment.Number);
        try
        {
            string checksum;
            if (segment.IsLinked)
            {
                segment.File.Flush();
                checksum = FileCopy.Checksum(segment.File, segment.Length, cancel);
            }
            else
            {
                checksum = FileCopy.Copy(disk, segment.File, segment.Length, path, cancel);
            }

            return new BackupFile(Path.GetFileName(path), segment.Length, checksum);
        }
        catch (EndOfStreamException e)
        {
            throw new ShardCorruptException(source.Segment(segment.Number), e.Message, e);
        }
    }

    private BackupFile Write(string path, byte[] bytes)
    {
        using var file = disk.Open(path);
        file.SetLength(0);
        file.Write(bytes, 0);
        file.Flush();
        return new BackupFile(Path.GetFileName(path), bytes.Length, FileCopy.Checksum(file, bytes.Length));
    }

    private sealed record TakenSegment(int Number, long Length, bool IsLinked, IDiskFile File);
}

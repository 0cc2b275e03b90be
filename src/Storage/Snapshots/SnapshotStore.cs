using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>A snapshot that was found whole, and the state that it holds.</summary>
internal sealed record OpenedSnapshot(SnapshotFile File, ShardState State);

/// <summary>
/// The snapshots in a shard's directory: finds the newest that can be relied on, sets aside what cannot, removes what is
/// no longer needed. The log decides: a snapshot counts only if the last record it covers stands in the log as it did.
/// </summary>
internal sealed class SnapshotStore(IDisk disk, ShardFiles files, ILogger logger)
{
    /// <summary>How many are kept of one numbering of the rows.</summary>
    private const int Kept = 2;

    /// <returns>Null when there is none, or none that can be relied on: the log alone has everything.</returns>
    /// <param name="reader">Makes a state of a snapshot.</param>
    /// <param name="segments">The log.</param>
    /// <param name="mark">Where the log begins, if that is known.</param>
    /// <param name="manifest">Of this opening.</param>
    /// <param name="progress">Percent of the snapshot's bytes.</param>
    /// <param name="cancel">Gives up.</param>
    public OpenedSnapshot? OpenNewest(
        SnapshotReader reader, SegmentFiles segments, CommitPoint? mark, ShardManifest manifest, IProgress<int>? progress, CancellationToken cancel)
    {
        foreach (var name in List())
        {
            try
            {
                return Open(name, reader, segments, mark, manifest, progress, cancel);
            }
            catch (Exception fault) when (fault is ShardCorruptException or IOException or UnauthorizedAccessException)
            {
                SetAside(name, fault);
            }
        }

        return null;
    }

    /// <summary>Opens one snapshot, and changes nothing.</summary>
    /// <exception cref="ShardCorruptException">It cannot be relied on.</exception>
    public OpenedSnapshot Open(
        SnapshotName name, SnapshotReader reader, SegmentFiles segments, CommitPoint? mark, ShardManifest manifest, IProgress<int>? progress, CancellationToken cancel)
    {
        var snapshot = Parse(name);
        return Refuse(snapshot, segments, mark, manifest) is { } reason
            ? throw new ShardCorruptException(files.InDirectory(name.ToString()), reason)
            : new OpenedSnapshot(snapshot, reader.Read(snapshot, progress, cancel));
    }

    /// <summary>
    /// Removes all files of snapshots but those of the newest and of one before it, if that has the same rows under the
    /// same numbers: one of an older numbering would hold on to another copy of all vectors.
    /// </summary>
    /// <param name="newest">Null: none is kept.</param>
    /// <param name="alsoBad">Also what was set aside.</param>
    public void Prune(SnapshotFile? newest, bool alsoBad)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        if (newest is not null)
        {
            kept.UnionWith([newest.FileName, .. newest.OtherFiles]);
            foreach (var older in List().Where(name => name.ToString() != newest.FileName).Select(TryParse).Where(older => IsOfSameRows(older, newest)).Take(Kept - 1))
                kept.UnionWith([older!.FileName, .. older.OtherFiles]);
        }

        foreach (var (file, _) in disk.List(files.Directory))
        {
            if (SnapshotName.IsAny(file) && !kept.Contains(file) && (alsoBad || !file.EndsWith(SnapshotName.BadSuffix, StringComparison.Ordinal)))
                TryDelete(file);
        }
    }

    private static bool IsOfSameRows(SnapshotFile? older, SnapshotFile newest) =>
        older is not null && older.Position.Sequence < newest.Position.Sequence
        && older.Parts.All(part => newest.Parts.Any(other => other.FileName == part.FileName));

    /// <returns>Why a snapshot that is whole is not one of this shard and its log, or null.</returns>
    private static string? Refuse(SnapshotFile snapshot, SegmentFiles segments, CommitPoint? mark, ShardManifest manifest)
    {
        var (was, now, position) = (snapshot.Manifest.Descriptor, manifest.Descriptor, snapshot.Position);
        if (was.Model != now.Model || was.ModelRevision != now.ModelRevision || was.Dimensions != now.Dimensions)
            return $"it holds {was.Dimensions} dimensions of '{was.Model}' ({was.ModelRevision}), the shard {now.Dimensions} of '{now.Model}' ({now.ModelRevision}).";
        if (snapshot.Manifest.Epoch > manifest.Epoch || snapshot.Manifest.Geometry != manifest.Geometry)
            return "it is of another shard.";
        if (snapshot.BlockRows != Vectors.Saved.SavedCollection.VectorBlockRows(was.Dimensions))
            return $"its blocks of vectors have {snapshot.BlockRows} rows, which this program does not read.";
        var begin = segments.BeginOf(mark);
        if (position.Address < begin)
            return $"the log begins at {begin}, behind the last record that it covers ({position.Sequence}).";
        var geometry = segments.Geometry;
        var existing = segments.Existing().ToHashSet();
        for (var number = geometry.SegmentOf(begin); number <= geometry.SegmentOf(position.Address); number++)
        {
            if (!existing.Contains(number))
                return $"the log before its last record is not whole: segment {number} is missing.";
        }

        var reader = new LogReader(segments);
        try
        {
            using var record = reader.Read(position.Address);
            if (RecordHeader.TryRead(record.Bytes.Span, out var header) is null && LogPosition.Of(position.Address, header, record.Bytes.Span) == position)
                return FindGap(segments, reader, begin, position);
        }
        catch (ShardCorruptException)
        {
            // The record is gone: the same as another one in its place.
        }

        return $"the log does not have the record {position.Sequence} that it ends with.";
    }

    /// <summary>
    /// The log before a snapshot is not replayed, so that a file of it in the place of another would not be noticed: each
    /// must begin with a later record than the one before. What else is wrong in it shows when a row is read.
    /// </summary>
    private static string? FindGap(SegmentFiles segments, LogReader reader, long begin, LogPosition position)
    {
        var (sequence, epoch) = (0L, 0L);
        for (var start = begin; start <= position.Address; start = segments.Geometry.StartOf(segments.Geometry.SegmentOf(start) + 1))
        {
            try
            {
                using var record = reader.Read(start);
                if (RecordHeader.TryRead(record.Bytes.Span, out var header) is null && header.Sequence > sequence && header.Sequence <= position.Sequence && header.Epoch >= epoch)
                {
                    (sequence, epoch) = (header.Sequence, header.Epoch);
                    continue;
                }
            }
            catch (ShardCorruptException)
            {
                // The same as a record that does not belong there.
            }

            return $"the log before its last record is not whole: '{segments.NameOf(start)}' does not begin with a record that follows.";
        }

        return null;
    }

    /// <summary>Newest first.</summary>
    public IEnumerable<SnapshotName> List()
    {
        var names = new List<SnapshotName>();
        foreach (var (file, _) in disk.List(files.Directory))
        {
            if (SnapshotName.TryParse(file, out var name) && name.Kind == SnapshotName.Snapshot)
                names.Add(name);
        }

        return names.OrderByDescending(static name => name.Number).ThenByDescending(static name => name.Epoch);
    }

    private SnapshotFile Parse(SnapshotName name)
    {
        var path = files.InDirectory(name.ToString());
        var snapshot = SnapshotFile.Parse(disk.ReadAll(path), path);
        return snapshot.FileName == name.ToString() ? snapshot : throw new ShardCorruptException(path, $"it is {snapshot.FileName}.");
    }

    public SnapshotFile? TryParse(SnapshotName name)
    {
        try
        {
            return Parse(name);
        }
        catch (Exception fault) when (fault is ShardCorruptException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What cannot be relied on is kept under another name, for people, until the next snapshot is there.</summary>
    private void SetAside(SnapshotName name, Exception fault)
    {
        SnapshotLog.SetAside(logger, files.InDirectory(name.ToString()), fault.Message);
        var atFault = fault is ShardCorruptException { File: var file } ? Path.GetFileName(file) : "";
        foreach (var bad in new[] { name.ToString(), atFault }.Distinct().Where(bad => bad.Length > 0 && disk.Exists(files.InDirectory(bad))))
            disk.Rename(files.InDirectory(bad), files.InDirectory(bad + SnapshotName.BadSuffix));
        disk.SyncDirectory(files.Directory);
    }

    private void TryDelete(string file)
    {
        try
        {
            disk.Delete(files.InDirectory(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            SnapshotLog.NotRemoved(logger, files.InDirectory(file), fault.Message);
        }
    }
}

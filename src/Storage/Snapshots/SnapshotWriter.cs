using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Saved;

namespace ClipOrleans.Storage.Snapshots;

/// <summary>What is to be saved: a published state and the record that it covers the log up to. It never changes.</summary>
/// <param name="Collection">Whose view it is: tells whether rows still have the numbers of an earlier snapshot.</param>
/// <param name="View">The state.</param>
/// <param name="Position">The last record in it.</param>
/// <param name="Manifest">What the shard was then, with this engine's epoch.</param>
/// <param name="Trainings">How often codes were taken over until then.</param>
/// <param name="Writes">The newest writes that had ids, as they are saved.</param>
internal sealed record SnapshotPoint(VectorCollection Collection, CollectionView View, LogPosition Position, ShardManifest Manifest, long Trainings, ReadOnlyMemory<byte> Writes);

/// <summary>
/// Writes snapshots, one at a time, while the shard is read and written. Files of vectors grow from one snapshot to the
/// next; rows and codes are written anew. The small file that names them all comes last, by way of a rename, when all
/// of them are on the device with their names: until then there is no new snapshot, whatever happens.
/// </summary>
internal sealed class SnapshotWriter(IDisk disk, ShardFiles files, EpochFence fence, VectorLedger? opened)
{
    private const int RowsSealBytes = 128;
    private const int CodesSealBytes = 4096;

    private VectorLedger? _ledger = opened;
    private long _vectorFiles;

    /// <param name="point">What to save.</param>
    /// <param name="breathe">Called about each mebibyte: pauses, or throws to give up.</param>
    /// <exception cref="IOException">The device failed or has no room; there is no new snapshot.</exception>
    /// <exception cref="Errors.ShardFencedException">A newer owner has opened the shard.</exception>
    public SnapshotFile Write(SnapshotPoint point, Action breathe)
    {
        fence.Check();
        var name = new SnapshotName(SnapshotName.Snapshot, point.Position.Sequence, point.Manifest.Epoch);
        var before = _ledger?.Copy();
        try
        {
            return Write(point, name, breathe);
        }
        catch
        {
            Undo(name, before);
            throw;
        }
    }

    private SnapshotFile Write(SnapshotPoint point, SnapshotName name, Action breathe)
    {
        var (ledger, lastHash) = WriteVectors(point, breathe);
        var rows = WriteFile(name with { Kind = SnapshotName.Rows }, breathe, stream => SavedCollection.WriteRows(point.View, stream), RowsSealBytes, atEnd: true);
        SealedFile? codes = point.View.HasCodes
            ? WriteFile(name with { Kind = SnapshotName.Codes }, breathe, stream => SavedCollection.WriteCodes(point.View, stream), CodesSealBytes, atEnd: false)
            : null;
        disk.SyncDirectory(files.Directory);

        var snapshot = new SnapshotFile(
            point.Position, point.Manifest, point.View.RowCount, point.Collection.VectorBlockRows, rows, codes,
            [.. ledger.Parts], lastHash is { } last ? [.. ledger.Hashes, last] : [.. ledger.Hashes])
        { Writes = point.Writes };

        // A replaced owner must not leave a snapshot that looks newer than its successor's.
        fence.Check();
        FencedFile.Replace(disk, files, files.InDirectory(name.ToString()), name.Epoch, snapshot.ToBytes());
        return snapshot;
    }

    /// <summary>What was begun must not take the room that the log needs. All of it is this engine's own: its epoch is in the names.</summary>
    private void Undo(SnapshotName name, VectorLedger? before)
    {
        var begun = _ledger;
        _ledger = before;
        try
        {
            // One that is there already, of the same record: its files were being written over.
            if (disk.Exists(files.InDirectory(name.ToString())))
                return;
            disk.Delete(FencedFile.Temporary(files.InDirectory(name.ToString()), name.Epoch));
            disk.Delete(files.InDirectory((name with { Kind = SnapshotName.Rows }).ToString()));
            disk.Delete(files.InDirectory((name with { Kind = SnapshotName.Codes }).ToString()));
            if (begun is { OwnsLast: true })
                Trim(begun.Parts[^1].FileName, before);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What a failing device keeps is found to belong to nothing at the next snapshot or opening.
        }
    }

    /// <summary>Cuts off the vectors of a file that no snapshot counts on; without any other the file goes.</summary>
    private void Trim(string fileName, VectorLedger? before)
    {
        var path = files.InDirectory(fileName);
        if (before is null || before.Parts.All(part => part.FileName != fileName))
        {
            disk.Delete(path);
            return;
        }

        using var file = disk.Open(path);
        if (file.Length > before.LastPartBytes)
            file.SetLength(before.LastPartBytes);
    }

    private (VectorLedger Ledger, ulong? LastHash) WriteVectors(SnapshotPoint point, Action breathe)
    {
        if (_ledger is null || !ReferenceEquals(_ledger.Collection, point.Collection) || _ledger.Parts.Count >= VectorLedger.MostParts)
            _ledger = new VectorLedger(point.Collection);
        var (rows, blockRows, dimensions) = (point.View.RowCount, point.Collection.VectorBlockRows, point.Collection.Dimensions);
        var full = rows / blockRows;
        var block = new float[blockRows * dimensions];
        var newFull = new List<ulong>();
        ulong? lastHash = null;
        if (rows > _ledger.Rows)
        {
            var part = _ledger.Open(blockRows, first => new VectorPart(++_vectorFiles, point.Manifest.Epoch, first, 0));
            var start = (_ledger.Rows - ((long)part.FirstBlock * blockRows)) * dimensions * sizeof(float);
            using var stream = new DiskStream(disk, files.InDirectory(part.FileName), start, breathe);
            for (var first = _ledger.Rows / blockRows * blockRows; first < rows; first += blockRows)
            {
                var count = Math.Min(blockRows, rows - first);
                point.View.CopyVectors(first, block.AsSpan(0, count * dimensions));
                var bytes = MemoryMarshal.AsBytes(block.AsSpan(0, count * dimensions));
                if (count == blockRows)
                    newFull.Add(XxHash3.HashToUInt64(bytes));
                stream.Write(bytes[(Math.Max(0, _ledger.Rows - first) * dimensions * sizeof(float))..]);
            }

            stream.Flush();
            _ledger.Written(rows, blockRows, newFull);
        }

        if (rows > full * blockRows)
        {
            var values = block.AsSpan(0, (rows - (full * blockRows)) * dimensions);
            point.View.CopyVectors(full * blockRows, values);
            lastHash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(values));
        }

        return (_ledger, lastHash);
    }

    private SealedFile WriteFile(SnapshotName name, Action breathe, Action<Stream> write, int sealBytes, bool atEnd)
    {
        using var stream = new DiskStream(disk, files.InDirectory(name.ToString()), 0, breathe);
        write(stream);
        stream.Flush();
        var count = (int)Math.Min(sealBytes, stream.Length);
        return new SealedFile(stream.Length, stream.HashOf(atEnd ? stream.Length - count : 0, count));
    }
}

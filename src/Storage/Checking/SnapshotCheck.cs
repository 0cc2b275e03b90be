using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Files;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Vectors.Rows;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipOrleans.Storage.Checking;

/// <summary>
/// Checks the snapshots of a shard in two ways: every byte by its checksum, as opening does; and what they hold, with the
/// log behind them, against the documents that the log alone makes: ids, places and vectors.
/// </summary>
internal sealed class SnapshotCheck(IDisk disk, ShardFiles files, SegmentFiles segments, CommitPoint? mark, ShardManifest manifest, CheckFindings findings)
{
    private readonly SnapshotStore _store = new(disk, files, NullLogger.Instance);

    /// <returns>The names of the files that belong to a snapshot, and the snapshots that are not to be relied on.</returns>
    public (IReadOnlySet<string> Named, IReadOnlyList<SnapshotName> Bad) Run(LogCheck log, CancellationToken cancel)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var bad = new List<SnapshotName>();
        foreach (var name in _store.List())
        {
            var path = files.InDirectory(name.ToString());
            named.Add(name.ToString());
            if (_store.TryParse(name) is { } snapshot)
                named.UnionWith(snapshot.OtherFiles);
            if (!findings.Try(CheckSeverity.Repairable, path, () => Check(name, path, log, cancel)))
                bad.Add(name);
        }

        return (named, bad);
    }

    private void Check(SnapshotName name, string path, LogCheck log, CancellationToken cancel)
    {
        // Vectors stay where they are and are mapped; the few rows behind the snapshot fit the memory.
        var reader = new SnapshotReader(disk, files, PreciseVectors.Mapped, HeapVectorMemory.Instance);
        var (snapshot, state) = _store.Open(name, reader, segments, mark, manifest, progress: null, cancel);
        if (!log.IsWhole)
            return; // There is nothing to hold it against.
        var scan = new LogScan(segments, mark, manifest.Epoch, snapshot.Position);
        scan.Run((long address, in RecordHeader header, ReadOnlyMemory<byte> record) => state.Apply(address, header, record), progress: null, cancel);
        state.Publish(scan.Sequence);
        Compare(state, path, log.Documents);
    }

    private static void Compare(ShardState state, string path, IReadOnlyDictionary<string, PlacedDocument> documents)
    {
        var view = state.View;
        if (view.Count != documents.Count)
            throw new ShardCorruptException(path, $"with the log behind it it makes {view.Count} documents, where the log alone makes {documents.Count}.");
        var vector = new float[state.Descriptor.Dimensions];
        foreach (var (id, document) in documents)
        {
            if (!view.TryGet(id, out var row))
                throw new ShardCorruptException(path, $"it has no document '{id}', which the log has.");
            if (view.LocatorOf(row) != document.Locator)
                throw new ShardCorruptException(path, $"it looks for document '{id}' in the wrong place of the log.");
            view.CopyVector(row, vector);
            if (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(vector.AsSpan())) != document.VectorHash)
                throw new ShardCorruptException(path, $"the vector of document '{id}' is not that of the log.");
        }
    }
}

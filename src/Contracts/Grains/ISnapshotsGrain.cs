using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Snapshots;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// The snapshots of one index, also after it is deleted. Key: <c>tenant/index</c>. Errors of every call: index-not-found
/// (there is neither an index nor a snapshot), snapshot-not-found, storage-unavailable.
/// </summary>
[Alias("clip.ISnapshotsGrain")]
public interface ISnapshotsGrain : IGrainWithStringKey
{
    /// <summary>Begins to make a snapshot and returns at once. One at a time: snapshot-in-progress.</summary>
    [Alias("Begin")]
    Task<Result<SnapshotInfo>> Begin();

    /// <summary>All snapshots, the oldest first, with the one that is being made.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<Result<ImmutableArray<SnapshotInfo>>> List();

    /// <param name="id">Which snapshot.</param>
    /// <param name="waitMilliseconds">How long to wait for one that is being made.</param>
    [Alias("Get"), AlwaysInterleave]
    Task<Result<SnapshotInfo>> Get(string id, int waitMilliseconds);

    [Alias("Delete"), ResponseTimeout(CallTimes.OneShard)]
    Task<Error?> Delete(string id);

    /// <summary>For the tenant grain alone: removes all snapshots, and one that is being made.</summary>
    [Alias("DeleteAll"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Error?> DeleteAll();

    /// <summary>Every file of a snapshot, its manifest first.</summary>
    /// <returns>The files, or backup-damaged.</returns>
    [Alias("ListFiles"), AlwaysInterleave]
    Task<Result<ImmutableArray<SnapshotFile>>> ListFiles(string id);

    /// <param name="id">Which snapshot.</param>
    /// <param name="path">One of those that <see cref="ListFiles"/> gave.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="count">Bytes, at most <see cref="Limits.MaxArchivePieceBytes"/>.</param>
    [Alias("ReadFile"), AlwaysInterleave]
    Task<Result<Immutable<byte[]>>> ReadFile(string id, string path, long offset, int count);

    /// <summary>Makes a new index from a snapshot.</summary>
    /// <returns>The index, or index-exists, or backup-damaged.</returns>
    [Alias("Restore"), AlwaysInterleave, ResponseTimeout(CallTimes.Copying)]
    Task<Result<IndexDescription>> Restore(string id, string name);
}

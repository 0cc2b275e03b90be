using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Snapshots;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// A backup on its way in: nothing of it counts before all of it was checked, and nothing is left when it is given up or
/// nobody asks any more. Key: <c>tenant/upload</c>. Errors of every call: backup-damaged, storage-unavailable, tenant-not-found.
/// </summary>
[Alias("clip.IUploadGrain")]
public interface IUploadGrain : IGrainWithStringKey
{
    /// <param name="manifest">The bytes of <c>backup.json</c>.</param>
    /// <returns>The files that must follow, in any order.</returns>
    [Alias("Begin")]
    Task<Result<ImmutableArray<SnapshotFile>>> Begin(Immutable<byte[]> manifest);

    /// <summary>Takes the next bytes of a file. With its last ones its checksum is compared.</summary>
    [Alias("Append")]
    Task<Error?> Append(string path, long offset, Immutable<byte[]> bytes);

    /// <summary>Makes an index of what came.</summary>
    /// <param name="name">Its name; null: the one that it had.</param>
    /// <returns>The index, or index-exists, or invalid-name.</returns>
    [Alias("Finish"), ResponseTimeout(CallTimes.Copying)]
    Task<Result<IndexDescription>> Finish(string? name);

    /// <summary>Removes what came.</summary>
    [Alias("Abort")]
    Task Abort();
}

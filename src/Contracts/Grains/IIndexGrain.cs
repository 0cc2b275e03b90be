using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>One index of the catalog. Key: <c>tenant/index</c>. Not on the way of a query.</summary>
[Alias("clip.IIndexGrain")]
public interface IIndexGrain : IGrainWithStringKey
{
    /// <summary>While the index is being changed the answer waits for the change: what comes back is what the shards have.</summary>
    /// <returns>The description, or index-not-found.</returns>
    [Alias("Describe"), AlwaysInterleave]
    Task<Result<IndexDescription>> Describe();

    /// <summary>The description with the state of each shard; asks the shards.</summary>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<Result<IndexStatus>> GetStatus();

    /// <returns>The changed index, index-not-found, or why the change is impossible.</returns>
    [Alias("Update"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> Update(IndexPatch patch);

    /// <summary>For the tenant grain alone: makes the index and its shards.</summary>
    [Alias("Create"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> Create(IndexSpec spec, long incarnation);

    /// <summary>For the grains of snapshots: makes the index from a backup, once the tenant has reserved its name.</summary>
    /// <param name="folder">Of the backup, relative to <c>Storage:Path</c>.</param>
    /// <param name="incarnation">What the tenant gave.</param>
    /// <returns>The index, or index-exists, or backup-damaged.</returns>
    [Alias("Restore"), ResponseTimeout(CallTimes.Copying)]
    Task<Result<IndexDescription>> Restore(string folder, long incarnation);

    /// <summary>For the tenant grain alone: removes the index and its shards' files.</summary>
    [Alias("Delete"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> Delete();
}

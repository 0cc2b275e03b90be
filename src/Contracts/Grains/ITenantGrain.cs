using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>A tenant and the names of its indexes. Key: the tenant id.</summary>
[Alias("clip.ITenantGrain")]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <returns>The new index, or index-exists.</returns>
    [Alias("CreateIndex"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> CreateIndex(IndexSpec spec);

    /// <summary>For restoring: takes a name for an index that its own grain will make.</summary>
    /// <returns>The incarnation of the index, or index-exists.</returns>
    [Alias("ReserveIndex")]
    Task<Result<long>> ReserveIndex(string name);

    /// <summary>All indexes of the tenant in name order.</summary>
    [Alias("ListIndexes"), AlwaysInterleave]
    Task<ImmutableArray<IndexDescription>> ListIndexes();

    /// <returns>The deleted index, or index-not-found. Its rows are gone when this returns.</returns>
    [Alias("DeleteIndex"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> DeleteIndex(string name);
}

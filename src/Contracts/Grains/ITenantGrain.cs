using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// A tenant: its indexes, its keys, its life. Key: the tenant id. Every call says tenant-not-found where there is no such
/// tenant, or not any more; the tenant <c>default</c> is always there.
/// </summary>
[Alias("clip.ITenantGrain")]
public interface ITenantGrain : IGrainWithStringKey
{
    /// <returns>The new tenant, or tenant-exists.</returns>
    [Alias("Create")]
    Task<Result<TenantInfo>> Create(TenantQuotas quotas);

    /// <summary>Also of one that is being deleted.</summary>
    [Alias("Describe"), AlwaysInterleave]
    Task<Result<TenantInfo>> Describe();

    /// <summary>Removes every byte of the tenant: keys, indexes, snapshots, its entries in the catalog. Repeated after a failure, it goes on.</summary>
    /// <returns>Null when all is gone, or why something is still there.</returns>
    [Alias("Delete"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Error?> Delete();

    /// <summary>Goes on with a removal that was begun; otherwise nothing happens.</summary>
    [Alias("ResumeRemoval"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Error?> ResumeRemoval();

    /// <summary>The ring that keys of the tenant are made for.</summary>
    [Alias("OpenKeyRing")]
    Task<Result<string>> OpenKeyRing();

    /// <param name="ring">What <see cref="OpenKeyRing"/> gave.</param>
    /// <param name="key">A key that was made for it.</param>
    /// <returns>The key, or quota-exceeded.</returns>
    [Alias("AddKey")]
    Task<Result<KeyInfo>> AddKey(string ring, KeySpec key);

    /// <summary>All keys, the oldest first.</summary>
    [Alias("ListKeys"), AlwaysInterleave]
    Task<Result<ImmutableArray<KeyInfo>>> ListKeys();

    /// <returns>Null, or key-not-found.</returns>
    [Alias("RemoveKey")]
    Task<Error?> RemoveKey(string id);

    /// <returns>The new index, or index-exists, or quota-exceeded.</returns>
    [Alias("CreateIndex"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> CreateIndex(IndexSpec spec);

    /// <summary>For restoring: takes a name for an index that its own grain will make.</summary>
    /// <returns>The incarnation of the index, or index-exists, or quota-exceeded.</returns>
    [Alias("ReserveIndex")]
    Task<Result<long>> ReserveIndex(string name);

    /// <summary>All indexes of the tenant in name order.</summary>
    [Alias("ListIndexes"), AlwaysInterleave]
    Task<ImmutableArray<IndexDescription>> ListIndexes();

    /// <returns>The deleted index, or index-not-found. Its rows are gone when this returns.</returns>
    [Alias("DeleteIndex"), ResponseTimeout(CallTimes.ManyShards)]
    Task<Result<IndexDescription>> DeleteIndex(string name);
}

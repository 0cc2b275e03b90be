using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// Counts what a tenant uses, for all gateways together. Key: the tenant id. It keeps nothing: one that is made anew begins a
/// minute anew, and reads from the shards what is stored.
/// </summary>
[Alias("clip.ITenantMeterGrain")]
public interface ITenantMeterGrain : IGrainWithStringKey
{
    /// <summary>Takes a part of what the tenant has left in this minute. Gateways take some at a time.</summary>
    [Alias("Take"), AlwaysInterleave]
    Task<MeterGrant> Take(MeteredKind kind, int wanted);

    /// <param name="documents">Written by the caller since it asked last; all of it was answered.</param>
    /// <param name="bytes">Of these.</param>
    /// <param name="fresh">Read from the shards what is stored: the room looks too small.</param>
    [Alias("GetRoom"), AlwaysInterleave]
    Task<StorageRoom> GetRoom(long documents, long bytes, bool fresh);
}

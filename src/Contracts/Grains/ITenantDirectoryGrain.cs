using System.Collections.Immutable;
using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>A part of the list of tenants. Key: one of <see cref="Keys.TenantDirectoryKey"/>. Changes come from the tenant grains alone.</summary>
[Alias("clip.ITenantDirectoryGrain")]
public interface ITenantDirectoryGrain : IGrainWithStringKey
{
    /// <param name="after">The tenant before the first one wanted; null: from the beginning.</param>
    /// <param name="limit">How many at most.</param>
    /// <returns>In order of their ids.</returns>
    [Alias("List"), AlwaysInterleave]
    Task<ImmutableArray<TenantEntry>> List(string? after, int limit);

    /// <summary>Idempotent.</summary>
    [Alias("Add")]
    Task Add(TenantEntry tenant);

    /// <summary>Idempotent.</summary>
    [Alias("Remove")]
    Task Remove(string tenant);
}

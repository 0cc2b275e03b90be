using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>The keys of one tenant, as hashes. Key: a ring of <see cref="Keys.ApiKey"/>, which names no tenant. Changes come from the tenant grain alone.</summary>
[Alias("clip.IKeyRingGrain")]
public interface IKeyRingGrain : IGrainWithStringKey
{
    /// <summary>Whether a key is one of these; that it was shown is remembered.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="hash">SHA-256 of what was shown.</param>
    /// <returns>What it is good for; null: there is no such key, or it has expired.</returns>
    [Alias("Find"), AlwaysInterleave]
    Task<KeyGrant?> Find(string id, Immutable<byte[]> hash);

    /// <summary>All keys, the oldest first.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<ImmutableArray<KeyInfo>> List();

    /// <returns>The key, or quota-exceeded.</returns>
    [Alias("Add")]
    Task<Result<KeyInfo>> Add(string tenant, KeySpec key);

    /// <returns>Null, or key-not-found.</returns>
    [Alias("Remove")]
    Task<Error?> Remove(string id);

    /// <summary>Removes all keys, and what was kept of them.</summary>
    [Alias("Clear")]
    Task Clear();
}

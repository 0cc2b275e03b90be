using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Tenants;

/// <summary>
/// Removes all that a tenant has, but for its own entry in the catalog, which leads to the rest and goes last. Every step may
/// be taken again: what a crash cut short begins anew. Keys go first, so that nobody of the tenant writes meanwhile.
/// </summary>
internal sealed class TenantRemoval(IGrainFactory grains, TenantFolders folders, TenantId tenant, TenantState state)
{
    /// <returns>Null when nothing is left, or what stands in the way.</returns>
    public async Task<Error?> RunAsync()
    {
        if (state.KeyRing is { } ring)
            await grains.GetGrain<IKeyRingGrain>(ring).Clear();
        foreach (var name in state.Indexes.Keys)
        {
            var deleted = await grains.GetGrain<IIndexGrain>(new IndexKey(tenant, name).ToString()).Delete();
            if (!deleted.IsSuccess && deleted.Error.Slug != Slugs.IndexNotFound)
                return deleted.Error;
        }

        // Snapshots outlive their indexes, so that the folder alone knows all of them.
        var named = await folders.SnapshotNamesAsync(tenant);
        if (!named.IsSuccess)
            return named.Error;
        foreach (var name in named.Value.Union(state.Indexes.Keys, StringComparer.Ordinal))
        {
            if (await grains.GetGrain<ISnapshotsGrain>(new IndexKey(tenant, name).ToString()).DeleteAll() is { } kept)
                return kept;
        }

        if (await folders.DeleteAsync(tenant) is { } error)
            return error;
        await grains.GetGrain<ITenantDirectoryGrain>(TenantDirectoryKey.Of(tenant)).Remove(tenant.Value);
        return null;
    }
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>A new index from a backup on this machine: the tenant gives it a name and an incarnation, its own grain makes it.</summary>
internal static class IndexRestore
{
    public static async Task<Result<IndexDescription>> RunAsync(IGrainFactory grains, IndexKey index, string folder)
    {
        var incarnation = await grains.GetGrain<ITenantGrain>(index.Tenant.Value).ReserveIndex(index.Name);
        return incarnation.IsSuccess
            ? await grains.GetGrain<IIndexGrain>(index.ToString()).Restore(folder, incarnation.Value)
            : incarnation.Error;
    }
}

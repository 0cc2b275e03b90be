using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Storage.Backup;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>A new index from a backup on this machine: the tenant gives it a name and an incarnation, its own grain makes it.</summary>
internal static class IndexRestore
{
    public static async Task<Result<IndexDescription>> RunAsync(IGrainFactory grains, IndexKey index, string folder, BackupManifest manifest)
    {
        // Before a name is taken: an index that is being made would be asked what it holds, and wait for this.
        var room = await grains.GetGrain<ITenantMeterGrain>(index.Tenant.Value).GetRoom(0, 0, fresh: true);
        if (room.Documents + manifest.Documents > (room.MaxDocuments ?? long.MaxValue) || room.Bytes + manifest.Bytes > (room.MaxBytes ?? long.MaxValue))
            return Error.Of(Slugs.QuotaExceeded, "The tenant has no room for all of this index beside what it has: delete something first.");
        var incarnation = await grains.GetGrain<ITenantGrain>(index.Tenant.Value).ReserveIndex(index.Name);
        return incarnation.IsSuccess
            ? await grains.GetGrain<IIndexGrain>(index.ToString()).Restore(folder, incarnation.Value)
            : incarnation.Error;
    }
}

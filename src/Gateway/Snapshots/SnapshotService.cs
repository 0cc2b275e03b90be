using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Gateway.Indexes;

namespace ClipOrleans.Gateway.Snapshots;

/// <summary>Snapshots and what is restored from them, by way of their grains.</summary>
internal sealed class SnapshotService(IGrainFactory grains, IndexDirectory directory, IndexService indexes)
{
    /// <summary>How long a request waits for its snapshot: long enough for most, short enough for any proxy.</summary>
    private const int WaitMilliseconds = 10_000;

    public async Task<Result<SnapshotInfo>> CreateAsync(TenantId tenant, string index)
    {
        if (Of(tenant, index) is not { } snapshots)
            return IndexDirectory.NotFound(index);
        var begun = await snapshots.Begin();
        return begun.IsSuccess ? await snapshots.Get(begun.Value.Id, WaitMilliseconds) : begun;
    }

    public async Task<Result<ImmutableArray<SnapshotInfo>>> ListAsync(TenantId tenant, string index) =>
        Of(tenant, index) is { } snapshots ? await snapshots.List() : IndexDirectory.NotFound(index);

    public async Task<Result<SnapshotInfo>> GetAsync(TenantId tenant, string index, string id) =>
        Of(tenant, index) is { } snapshots ? await snapshots.Get(id, 0) : IndexDirectory.NotFound(index);

    public async Task<Error?> DeleteAsync(TenantId tenant, string index, string id) =>
        Of(tenant, index) is { } snapshots ? await snapshots.Delete(id) : IndexDirectory.NotFound(index);

    public async Task<Result<IndexStatus>> RestoreAsync(TenantId tenant, string index, string id, string name) =>
        Of(tenant, index) is { } snapshots ? await LearnAsync(tenant, await snapshots.Restore(id, name)) : IndexDirectory.NotFound(index);

    /// <summary>An index that has just been restored, as this gateway knows it from now on (I3).</summary>
    public async Task<Result<IndexStatus>> LearnAsync(TenantId tenant, Result<IndexDescription> restored)
    {
        if (!restored.IsSuccess)
            return restored.Error;
        directory.Learn(restored.Value);
        return await indexes.StatusAsync(tenant, restored.Value.Spec.Name);
    }

    /// <returns>Null where the name can be none of an index.</returns>
    public ISnapshotsGrain? Of(TenantId tenant, string index) =>
        NameRule.IsValid(index) ? grains.GetGrain<ISnapshotsGrain>(new IndexKey(tenant, index).ToString()) : null;
}

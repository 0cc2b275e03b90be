using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Storage.Backup;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>A backup on its way in. It lies in a folder of its own, which goes with the activation.</summary>
internal sealed class UploadGrain(SnapshotFolders folders, TimeProvider clock) : Grain, IUploadGrain
{
    /// <summary>An upload that was not written to for so long belongs to a process that died.</summary>
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(1);

    private TenantId _tenant;
    private string _folder = "";
    private BackupUpload? _upload;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = IndexKey.Parse(this.GetPrimaryKeyString());
        _tenant = key.Tenant;
        _folder = Path.Combine(SnapshotFolders.UploadsOf(key.Tenant), key.Name);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => DiscardAsync();

    public async Task<Result<ImmutableArray<SnapshotFile>>> Begin(Immutable<byte[]> manifest)
    {
        // One that came while its tenant was removed would leave a folder behind.
        var tenant = await GrainFactory.GetGrain<ITenantGrain>(_tenant.Value).Describe();
        if (!tenant.IsSuccess || tenant.Value.IsDeleting)
            return tenant.Error ?? Error.Of(Slugs.TenantNotFound, "There is no such tenant.");
        var begun = await folders.RunAsync(() =>
        {
            BackupUpload.DiscardOlder(folders.PathOf(SnapshotFolders.UploadsOf(_tenant)), (clock.GetUtcNow() - s_abandoned).UtcDateTime);
            return BackupUpload.Begin(folders.PathOf(_folder), manifest.Value);
        });
        if (!begun.IsSuccess)
            return begun.Error;
        _upload = begun.Value;
        return SnapshotMessages.ToFiles(_upload.Manifest);
    }

    public async Task<Error?> Append(string path, long offset, Immutable<byte[]> bytes) =>
        (await UseAsync(upload => { upload.Append(path, offset, bytes.Value); return true; })).Error;

    public async Task<Result<IndexDescription>> Finish(string? name)
    {
        var complete = await UseAsync(upload => { upload.Complete(); return (Name: name ?? upload.Manifest.Index, upload.Manifest); });
        if (!complete.IsSuccess)
            return complete.Error;
        return NameRule.IsValid(complete.Value.Name)
            ? await IndexRestore.RunAsync(GrainFactory, new IndexKey(_tenant, complete.Value.Name), _folder, complete.Value.Manifest)
            : Error.Of(Slugs.InvalidName, $"The name of an index has {NameRule.Description}.");
    }

    public async Task Abort()
    {
        await DiscardAsync();
        DeactivateOnIdle();
    }

    private async Task<Result<T>> UseAsync<T>(Func<BackupUpload, T> work) => _upload is { } upload
        ? await folders.RunAsync(() => work(upload))
        : Error.RetryLater(Slugs.StorageUnavailable, "The upload was interrupted on the server's side: begin it again.", SnapshotFolders.ComeBackSeconds);

    private async Task DiscardAsync()
    {
        if (Interlocked.Exchange(ref _upload, null) is { } upload)
            await folders.RunAsync(() => { upload.Discard(); return true; });
    }
}

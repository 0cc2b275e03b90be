using System.Collections.Immutable;
using System.Globalization;
using ClipOrleans.Contracts;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Storage.Backup;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>The snapshots of one index. What is there is what the folder holds; only the one that is being made is known here alone.</summary>
internal sealed class SnapshotsGrain(SnapshotFolders folders, TimeProvider clock, ILogger<SnapshotsGrain> logger) : Grain, ISnapshotsGrain, IAsyncDisposable
{
    /// <summary>Longer than any copying: the activation must not be collected under its job.</summary>
    private static readonly TimeSpan s_jobTime = TimeSpan.FromHours(12);

    private IndexKey _key;
    private BackupFolder _folder = null!;
    private SnapshotJob? _job;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = IndexKey.Parse(this.GetPrimaryKeyString());
        _folder = folders.Of(_key);

        // Begun by an activation that is gone: it will never be finished.
        await folders.RunAsync(() => { _folder.DiscardAll(); return true; });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _job, null) is { } job)
            await job.DisposeAsync();
    }

    public async Task<Result<SnapshotInfo>> Begin()
    {
        if (_job is { Done.IsCompleted: false } running)
            return Error.Of(Slugs.SnapshotInProgress, $"Snapshot '{running.Info.Id}' of index '{_key.Name}' is being made: wait until it is ready.");
        var index = await GrainFactory.GetGrain<IIndexGrain>(_key.ToString()).Describe();
        if (!index.IsSuccess)
            return index.Error;

        await DisposeAsync();
        var now = clock.GetUtcNow();
        var id = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..4]}");
        var begun = new SnapshotInfo(id, _key.Name, now, SnapshotState.Creating, index.Value.Spec.Shards, 0, 0);
        DelayDeactivation(s_jobTime);
        _job = new SnapshotJob(index.Value, begun, folders, GrainFactory, clock, logger);
        _job.Start();
        ReleaseAsync(_job).Ignore();
        return _job.Info;
    }

    public async Task<Result<ImmutableArray<SnapshotInfo>>> List()
    {
        var stored = await folders.RunAsync(() => _folder.List().Select(Describe).ToImmutableArray());
        if (!stored.IsSuccess)
            return stored.Error;
        var all = _job is { Info.State: not SnapshotState.Ready } job ? stored.Value.Add(job.Info) : stored.Value;
        if (all.IsEmpty && await GrainFactory.GetGrain<IIndexGrain>(_key.ToString()).Describe() is { IsSuccess: false } none)
            return none.Error;
        return all.Sort(static (one, other) => (one.CreatedAt, one.Id).CompareTo((other.CreatedAt, other.Id)));
    }

    public async Task<Result<SnapshotInfo>> Get(string id, int waitMilliseconds)
    {
        if (_job is { } job && job.Info.Id == id)
        {
            if (waitMilliseconds > 0)
                await Task.WhenAny(job.Done, Task.Delay(TimeSpan.FromMilliseconds(waitMilliseconds), clock, CancellationToken.None));
            if (job.Info.State is not SnapshotState.Ready)
                return job.Info;
        }

        return await UseAsync(id, () => Describe(id));
    }

    public async Task<Error?> Delete(string id)
    {
        if (_job is { Done.IsCompleted: false } job && job.Info.Id == id)
            return Error.Of(Slugs.SnapshotInProgress, $"Snapshot '{id}' is being made: wait until it is ready, then delete it.");
        if (_job?.Info is { State: SnapshotState.Failed } failed && failed.Id == id)
        {
            _job = null;
            return null;
        }

        var deleted = await UseAsync(id, () => { _folder.Delete(id); return true; });
        return deleted.Error;
    }

    public async Task<Error?> DeleteAll()
    {
        await DisposeAsync();
        return (await folders.RunAsync(() => { _folder.DeleteAll(); return true; })).Error;
    }

    public Task<Result<ImmutableArray<SnapshotFile>>> ListFiles(string id) => UseAsync<ImmutableArray<SnapshotFile>>(id, () =>
    {
        var manifest = _folder.Read(id);
        return [new SnapshotFile(BackupManifest.FileName, manifest.ToJson().Length), .. SnapshotMessages.ToFiles(manifest)];
    });

    public Task<Result<Immutable<byte[]>>> ReadFile(string id, string path, long offset, int count) => UseAsync(id, () =>
        _folder.ReadFile(id, path, offset, Math.Min(count, Limits.MaxArchivePieceBytes)).AsImmutable());

    public async Task<Result<IndexDescription>> Restore(string id, string name)
    {
        var found = await UseAsync(id, () => (Directory: _folder.DirectoryOf(id), Manifest: _folder.Read(id)));
        return found.IsSuccess
            ? await IndexRestore.RunAsync(GrainFactory, new IndexKey(_key.Tenant, name), folders.FolderOf(found.Value.Directory), found.Value.Manifest)
            : found.Error;
    }

    /// <summary>Idle activations may be collected again when the job is done.</summary>
    private async Task ReleaseAsync(SnapshotJob job)
    {
        await job.Done;
        DelayDeactivation(TimeSpan.Zero);
    }

    private async Task<Result<T>> UseAsync<T>(string id, Func<T> work) => NameRule.IsValid(id) && _folder.Exists(id)
        ? await folders.RunAsync(work)
        : Error.Of(Slugs.SnapshotNotFound, $"There is no snapshot of this id of index '{_key.Name}'.");

    /// <summary>A snapshot whose manifest is damaged is shown as failed: hiding it would hide the damage.</summary>
    private SnapshotInfo Describe(string id)
    {
        try
        {
            return SnapshotMessages.ToInfo(_folder.Read(id));
        }
        catch (Storage.Errors.ShardCorruptException damage)
        {
            return new SnapshotInfo(id, _key.Name, default, SnapshotState.Failed, 0, 0, 0, SnapshotFolders.Damaged(damage).Detail);
        }
    }
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Snapshots;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Indexes;

/// <summary>
/// One index of the catalog. What is begun is finished: the state is written before each step, and the next call or the
/// next activation repeats a step that was cut short. One step at a time: whoever takes one holds the gate.
/// </summary>
internal sealed partial class IndexGrain(
    [PersistentState("index", CatalogStorage.ProviderName)] IPersistentState<IndexState> state,
    SnapshotFolders folders,
    TimeProvider clock,
    ILogger<IndexGrain> logger) : Grain, IIndexGrain, IDisposable
{
    private readonly StepGate _gate = new();
    private IndexKey _key;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = IndexKey.Parse(this.GetPrimaryKeyString());
        if (state.State is { Phase: IndexPhase.Creating or IndexPhase.Deleting } or { Change: not null })
            ResumeAsync().Ignore();
        return Task.CompletedTask;
    }

    public async Task<Result<IndexDescription>> Describe()
    {
        if (state.State is { Phase: IndexPhase.Live, Change: not null } && await _gate.RunAsync(FinishAsync) is { } error)
            return error;
        if (state.State is { Phase: IndexPhase.None })
            DeactivateOnIdle(); // Whoever asks for names that are not there must not fill the memory with them.
        return state.State is { Phase: IndexPhase.Live, Description: { } description } ? description : NotFound();
    }

    public async Task<Result<IndexStatus>> GetStatus()
    {
        var described = await Describe();
        return described.IsSuccess
            ? await StatusAsync(new IndexShards(GrainFactory, described.Value), described.Value)
            : described.Error;
    }

    public Task<Result<IndexDescription>> Create(IndexSpec spec, long incarnation) => _gate.RunAsync<Result<IndexDescription>>(async () =>
    {
        if (await FinishAsync() is { } unfinished)
            return unfinished;
        if (state.State is { Phase: IndexPhase.Live, Description: { } present })
            return present.Incarnation == incarnation ? present : Error.Of(Slugs.IndexExists, $"There is an index named '{spec.Name}' already.");

        var now = clock.GetUtcNow();
        var description = new IndexDescription(_key.Tenant.Value, spec, incarnation, Version: 1, now, now);
        await WriteAsync(IndexPhase.Creating, description);
        if (await new IndexShards(GrainFactory, description).ConfigureAsync() is { } error)
        {
            await FinishAsync();
            return error;
        }

        await WriteAsync(IndexPhase.Live, description);
        LogCreated(_key, incarnation, spec.Shards);
        return description;
    });

    public Task<Result<IndexDescription>> Restore(string folder, long incarnation) => _gate.RunAsync<Result<IndexDescription>>(async () =>
    {
        if (await FinishAsync() is { } unfinished)
            return unfinished;
        if (state.State.Phase is IndexPhase.Live)
            return Error.Of(Slugs.IndexExists, $"There is an index named '{_key.Name}' already.");
        var backup = await folders.ReadAsync(folder, _key.Name);
        if (!backup.IsSuccess)
            return backup.Error;

        var (manifest, spec) = backup.Value;
        var now = clock.GetUtcNow();
        var description = new IndexDescription(_key.Tenant.Value, spec, incarnation, manifest.IndexVersion, now, now);
        await WriteAsync(IndexPhase.Creating, description);
        if (await new IndexShards(GrainFactory, description).RestoreAsync(folder, manifest) is { } error)
        {
            await FinishAsync();
            return error;
        }

        await WriteAsync(IndexPhase.Live, description);
        LogRestored(_key, incarnation, manifest.Id, manifest.Documents);
        return description;
    });

    public Task<Result<IndexDescription>> Update(IndexPatch patch) => _gate.RunAsync<Result<IndexDescription>>(async () =>
    {
        if (await FinishAsync() is { } unfinished)
            return unfinished;
        if (state.State is not { Phase: IndexPhase.Live, Description: { } description })
            return NotFound();

        var changed = IndexChange.Apply(description, patch, clock.GetUtcNow());
        if (!changed.IsSuccess || ReferenceEquals(changed.Value, description))
            return changed;

        await WriteAsync(IndexPhase.Live, description, changed.Value);
        return await FinishAsync() is { } error ? error : changed;
    });

    public Task<Result<IndexDescription>> Delete() => _gate.RunAsync<Result<IndexDescription>>(async () =>
    {
        if (state.State is not { Phase: IndexPhase.Live, Description: { } description })
            return await FinishAsync() ?? NotFound();

        await WriteAsync(IndexPhase.Deleting, description);
        return await FinishAsync() is { } unfinished ? unfinished : description;
    });

    public void Dispose() => _gate.Dispose();

    /// <summary>Takes the step that the state says was begun. The gate is held.</summary>
    private async Task<Error?> FinishAsync()
    {
        switch (state.State)
        {
            case { Phase: IndexPhase.Creating or IndexPhase.Deleting, Description: { } doomed }:
                if (await new IndexShards(GrainFactory, doomed).DropAsync() is { } kept)
                    return kept;
                await state.ClearStateAsync();
                LogRemoved(_key, doomed.Incarnation);
                return null;

            case { Phase: IndexPhase.Live, Change: { } change }:
                if (await new IndexShards(GrainFactory, change).ConfigureAsync() is { } error)
                    return error;
                await WriteAsync(IndexPhase.Live, change);
                LogChanged(_key, change.Version);
                return null;

            default:
                return null;
        }
    }

    private async Task ResumeAsync()
    {
        try
        {
            if (await _gate.RunAsync(FinishAsync) is { } error)
                LogNotResumed(_key, error.Detail);
        }
#pragma warning disable CA1031 // Told here; the next call that needs the step takes it again and tells its caller.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogResumeFailed(fault, _key);
        }
    }

    /// <summary>After a failed write the memory is ahead of the disk: the next call starts from the disk.</summary>
    private async Task WriteAsync(IndexPhase phase, IndexDescription description, IndexDescription? change = null)
    {
        state.State = new IndexState { Phase = phase, Description = description, Change = change };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private static async Task<IndexStatus> StatusAsync(IndexShards shards, IndexDescription description)
    {
        var replicas = shards.GetReplicasAsync();
        return new IndexStatus(description, await shards.GetStatusAsync(), await replicas);
    }

    private Error NotFound() => Error.Of(Slugs.IndexNotFound, $"There is no index named '{_key.Name}'.");
}

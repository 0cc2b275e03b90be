using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Shards;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

/// <summary>A tenant: its life, the ring of its keys, the names of its indexes and the counter that gives each creation of one an incarnation of its own.</summary>
internal sealed partial class TenantGrain(
    [PersistentState("tenant", CatalogStorage.ProviderName)] IPersistentState<TenantState> state,
    TenantFolders folders,
    TimeProvider clock,
    ShardSurroundings surroundings,
    ILogger<TenantGrain> logger) : Grain, ITenantGrain
{
    private TenantId _tenant;

    private bool IsDefault => _tenant == TenantId.Default;

    /// <summary>The tenant of open mode is always there; so is one of a catalog in which tenants were not created yet.</summary>
    private bool Exists => state.State.Phase is TenantPhase.Live || (state.State.Phase is TenantPhase.None && (IsDefault || state.State.Indexes.Count > 0));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _tenant = TenantId.Parse(this.GetPrimaryKeyString());
        if (state.State.Phase is not TenantPhase.Deleting)
        {
            foreach (var name in state.State.Indexes.Keys)
                WakeAsync(name).Ignore();
        }

        return Task.CompletedTask;
    }

    public async Task<Result<TenantInfo>> Create(TenantQuotas quotas)
    {
        if (state.State.Phase is TenantPhase.Deleting)
            return Error.Of(Slugs.TenantExists, $"The tenant '{_tenant}' is being deleted: its name is free when it is gone.");
        if (state.State is { Phase: TenantPhase.Live, IsListed: true })
            return Error.Of(Slugs.TenantExists, $"There is a tenant '{_tenant}' already.");
        await EstablishAsync(quotas);
        LogCreated(_tenant);
        return Info();
    }

    public Task<Result<TenantInfo>> Describe() =>
        Task.FromResult(Exists || state.State.Phase is TenantPhase.Deleting ? Info() : Result<TenantInfo>.Fail(NotFound()));

    public async Task<Error?> Delete()
    {
        if (!Exists && state.State.Phase is not TenantPhase.Deleting)
            return NotFound();
        if (state.State.Phase is not TenantPhase.Deleting)
        {
            // Remembered first: a removal that nobody remembers would not be finished, one that never began is forgotten.
            await Removals.Begin(_tenant.Value);
            state.State.Phase = TenantPhase.Deleting;
            await WriteAsync();
        }

        return await RemoveAsync();
    }

    public async Task<Error?> ResumeRemoval()
    {
        if (state.State.Phase is TenantPhase.Deleting)
            return await RemoveAsync();
        await Removals.End(_tenant.Value);
        return null;
    }

    public async Task<Result<string>> OpenKeyRing()
    {
        if (!Exists)
            return NotFound();
        if (state.State is { Phase: TenantPhase.Live, IsListed: true, KeyRing: { } known })
            return known;
        state.State.KeyRing ??= ApiKey.NewRing();
        await EstablishAsync(state.State.Quotas);
        return state.State.KeyRing;
    }

    public async Task<Result<KeyInfo>> AddKey(string ring, KeySpec key)
    {
        if (!Exists || ring != state.State.KeyRing)
            return NotFound();
        var added = await Ring(ring).Add(_tenant.Value, key);
        if (added.IsSuccess)
            LogKeyAdded(key.Id, _tenant, key.Scope.Role);
        return added;
    }

    public async Task<Result<ImmutableArray<KeyInfo>>> ListKeys() =>
        !Exists ? NotFound() : state.State.KeyRing is { } ring ? await Ring(ring).List() : Result<ImmutableArray<KeyInfo>>.Ok([]);

    public async Task<Error?> RemoveKey(string id)
    {
        if (!Exists)
            return NotFound();
        if (state.State.KeyRing is not { } ring)
            return KeyRingGrain.NotFound();
        var error = await Ring(ring).Remove(id);
        if (error is null)
            LogKeyRemoved(id, _tenant);
        return error;
    }

    public async Task<Result<IndexDescription>> CreateIndex(IndexSpec spec)
    {
        var incarnation = await ReserveIndex(spec.Name);
        return incarnation.IsSuccess ? await Index(spec.Name).Create(spec, incarnation.Value) : incarnation.Error;
    }

    public async Task<Result<long>> ReserveIndex(string name)
    {
        if (!Exists)
            return NotFound();
        if (state.State.Indexes.ContainsKey(name))
        {
            var present = await Index(name).Describe();
            if (present.IsSuccess)
                return Error.Of(Slugs.IndexExists, $"There is an index named '{name}' already: choose another name or delete that one first.");
            if (present.Error.Slug != Slugs.IndexNotFound)
                return present.Error;
        }
        else if (state.State.Quotas?.MaxIndexes is { } most && state.State.Indexes.Count >= most)
        {
            return Error.Of(Slugs.QuotaExceeded, $"The tenant may have {most} indexes and has them: delete one first.");
        }

        var incarnation = await NextIncarnationAsync(name);
        state.State.LastIncarnation = incarnation;
        state.State.Indexes[name] = incarnation;
        await WriteAsync();
        return incarnation;
    }

    public async Task<ImmutableArray<IndexDescription>> ListIndexes()
    {
        var names = state.State.Indexes.Keys.Order(StringComparer.Ordinal).ToArray();
        var described = await Task.WhenAll(names.Select(name => Index(name).Describe()));
        return [.. described.Where(one => one.IsSuccess).Select(one => one.Value)];
    }

    public async Task<Result<IndexDescription>> DeleteIndex(string name)
    {
        if (!state.State.Indexes.ContainsKey(name))
            return Error.Of(Slugs.IndexNotFound, $"There is no index named '{name}'.");

        var deleted = await Index(name).Delete();
        if (deleted.IsSuccess || deleted.Error.Slug == Slugs.IndexNotFound)
        {
            state.State.Indexes.Remove(name);
            await WriteAsync();
        }

        return deleted;
    }

    /// <summary>
    /// Makes the tenant one that exists and is listed. Incarnations of one that is new begin at the time: a tenant that had
    /// the name before and is gone without a trace has given out smaller ones.
    /// </summary>
    private async Task EstablishAsync(TenantQuotas? quotas)
    {
        if (state.State.LastIncarnation == 0 && !IsDefault)
            state.State.LastIncarnation = clock.GetUtcNow().ToUnixTimeMilliseconds();
        state.State.Phase = TenantPhase.Live;
        state.State.CreatedAt ??= clock.GetUtcNow();
        state.State.Quotas = quotas;
        await WriteAsync();
        if (state.State.IsListed)
            return;
        await Directory.Add(new TenantEntry(_tenant.Value, state.State.CreatedAt.Value));
        state.State.IsListed = true;
        await WriteAsync();
    }

    private async Task<Error?> RemoveAsync()
    {
        if (await new TenantRemoval(GrainFactory, folders, _tenant, state.State).RunAsync() is { } unfinished)
        {
            LogNotRemoved(_tenant, unfinished.Detail);
            return unfinished;
        }

        if (IsDefault)
        {
            // It is always there, and its next index must not meet what is still known of a former one.
            state.State = new TenantState { LastIncarnation = state.State.LastIncarnation };
            await WriteAsync();
        }
        else
        {
            await state.ClearStateAsync();
        }

        await Removals.End(_tenant.Value);
        LogRemoved(_tenant);
        return null;
    }

    /// <summary>
    /// The next number of the counter whose folder is free. One that is taken is of a catalog that was lost, or of another
    /// one that this folder had: its rows belong to nobody here and are left alone.
    /// </summary>
    private Task<long> NextIncarnationAsync(string name)
    {
        var next = state.State.LastIncarnation + 1;
        return Task.Run(() =>
        {
            while (System.IO.Directory.Exists(surroundings.PathOf(new ShardKey(_tenant, name, next, 0).IndexPath)))
                next++;
            return next;
        });
    }

    /// <summary>An index whose creation or deletion a crash cut short finishes it when it wakes. One that can't is no reason to refuse the others.</summary>
    private async Task WakeAsync(string name)
    {
        try
        {
            await Index(name).Describe();
        }
#pragma warning disable CA1031 // Told in the log, and again to whoever asks for that index.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotWoken(fault, new IndexKey(_tenant, name));
        }
    }

    private Result<TenantInfo> Info() => new TenantInfo(
        _tenant.Value, state.State.CreatedAt, state.State.Quotas ?? new TenantQuotas(), state.State.Indexes.Count, state.State.Phase is TenantPhase.Deleting);

    private Error NotFound() => Error.Of(Slugs.TenantNotFound, $"There is no tenant '{_tenant}'.");

    private IIndexGrain Index(string name) => GrainFactory.GetGrain<IIndexGrain>(new IndexKey(_tenant, name).ToString());

    private IKeyRingGrain Ring(string ring) => GrainFactory.GetGrain<IKeyRingGrain>(ring);

    private ITenantDirectoryGrain Directory => GrainFactory.GetGrain<ITenantDirectoryGrain>(TenantDirectoryKey.Of(_tenant));

    private ITenantRemovalsGrain Removals => GrainFactory.GetGrain<ITenantRemovalsGrain>(TenantRemovalsGrain.Key);

    /// <summary>After a failed write the memory is ahead of the disk: the next call starts from the disk.</summary>
    private async Task WriteAsync()
    {
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
}

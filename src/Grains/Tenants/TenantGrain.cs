using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Catalog;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

/// <summary>The names of a tenant's indexes and the counter that gives each creation an incarnation of its own.</summary>
internal sealed partial class TenantGrain(
    [PersistentState("tenant", CatalogStorage.ProviderName)] IPersistentState<TenantState> state,
    ILogger<TenantGrain> logger) : Grain, ITenantGrain
{
    private TenantId _tenant;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _tenant = TenantId.Parse(this.GetPrimaryKeyString());
        foreach (var name in state.State.Indexes.Keys)
            WakeAsync(name).Ignore();
        return Task.CompletedTask;
    }

    public async Task<Result<IndexDescription>> CreateIndex(IndexSpec spec)
    {
        var incarnation = await ReserveIndex(spec.Name);
        return incarnation.IsSuccess ? await Index(spec.Name).Create(spec, incarnation.Value) : incarnation.Error;
    }

    public async Task<Result<long>> ReserveIndex(string name)
    {
        if (state.State.Indexes.ContainsKey(name))
        {
            var present = await Index(name).Describe();
            if (present.IsSuccess)
                return Error.Of(Slugs.IndexExists, $"There is an index named '{name}' already: choose another name or delete that one first.");
            if (present.Error.Slug != Slugs.IndexNotFound)
                return present.Error;
        }

        var incarnation = state.State.LastIncarnation + 1;
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
            await ForgetAsync(name);
        return deleted;
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

    private IIndexGrain Index(string name) => GrainFactory.GetGrain<IIndexGrain>(new IndexKey(_tenant, name).ToString());

    private Task ForgetAsync(string name)
    {
        state.State.Indexes.Remove(name);
        return WriteAsync();
    }

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

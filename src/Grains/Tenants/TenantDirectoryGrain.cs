using System.Collections.Immutable;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Grains.Catalog;

namespace ClipOrleans.Grains.Tenants;

/// <summary>Which tenants a part of the list has, and when they were created.</summary>
internal sealed class TenantDirectoryState
{
    public Dictionary<string, DateTimeOffset> Tenants { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>One part of the list of tenants. It is read when somebody lists, and written when a tenant comes or goes: no start and no request waits for it.</summary>
internal sealed class TenantDirectoryGrain(
    [PersistentState("directory", CatalogStorage.ProviderName)] IPersistentState<TenantDirectoryState> state) : Grain, ITenantDirectoryGrain
{
    private ImmutableArray<TenantEntry> _sorted = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Sort();
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<TenantEntry>> List(string? after, int limit)
    {
        var found = after is null ? ~0 : _sorted.BinarySearch(new TenantEntry(after, default), s_byId);
        var first = found >= 0 ? found + 1 : ~found;
        return Task.FromResult(_sorted.Slice(first, Math.Min(limit, _sorted.Length - first)));
    }

    public Task Add(TenantEntry tenant)
    {
        if (state.State.Tenants.TryGetValue(tenant.Id, out var known) && known == tenant.CreatedAt)
            return Task.CompletedTask;
        state.State.Tenants[tenant.Id] = tenant.CreatedAt;
        return WriteAsync();
    }

    public Task Remove(string tenant) => state.State.Tenants.Remove(tenant) ? WriteAsync() : Task.CompletedTask;

    private static readonly Comparer<TenantEntry> s_byId = Comparer<TenantEntry>.Create(static (one, other) => string.CompareOrdinal(one.Id, other.Id));

    private void Sort() => _sorted = [.. state.State.Tenants.Select(tenant => new TenantEntry(tenant.Key, tenant.Value)).Order(s_byId)];

    /// <summary>After a failed write the memory is ahead of the disk: the next call starts from the disk.</summary>
    private async Task WriteAsync()
    {
        try
        {
            if (state.State.Tenants.Count > 0)
                await state.WriteStateAsync();
            else
                await state.ClearStateAsync();
            Sort();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}

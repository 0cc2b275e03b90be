using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Indexes;

namespace ClipOrleans.Gateway.Tenants;

/// <summary>The tenants, as their operator sees them.</summary>
internal sealed class TenantService(IGrainFactory grains, GrainCalls calls, KeyGrants grants, IndexDirectory directory)
{
    public Task<Result<TenantInfo>> CreateAsync(TenantId tenant, TenantQuotas quotas) => Of(tenant).Create(quotas);

    public Task<Result<TenantInfo>> GetAsync(TenantId tenant, CancellationToken cancel) =>
        calls.RepeatAsync(() => Of(tenant).Describe(), CallPatience.OfRead, cancel);

    /// <summary>A page of the list: every part of it gives its own first ones, and the first of all are the page.</summary>
    public async Task<(IReadOnlyList<TenantEntry> Tenants, bool More)> ListAsync(int limit, string? after, CancellationToken cancel)
    {
        var parts = await Task.WhenAll(TenantDirectoryKey.All.Select(part =>
            calls.RepeatAsync(() => grains.GetGrain<ITenantDirectoryGrain>(part).List(after, limit + 1), cancel)));
        TenantEntry[] first = [.. parts.SelectMany(part => part).OrderBy(tenant => tenant.Id, StringComparer.Ordinal).Take(limit + 1)];
        return first.Length > limit ? (first[..limit], true) : (first, false);
    }

    public async Task<Error?> DeleteAsync(TenantId tenant)
    {
        try
        {
            return await Of(tenant).Delete();
        }
        finally
        {
            grants.Forget(tenant);
            directory.Forget(tenant);
        }
    }

    private ITenantGrain Of(TenantId tenant) => grains.GetGrain<ITenantGrain>(tenant.Value);
}

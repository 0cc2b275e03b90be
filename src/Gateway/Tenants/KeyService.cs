using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Cluster;

namespace ClipOrleans.Gateway.Tenants;

/// <summary>The keys of a tenant. A key is made here, and all that leaves this process but in the one answer is its hash.</summary>
internal sealed class KeyService(IGrainFactory grains, GrainCalls calls, KeyGrants grants)
{
    public async Task<Result<(KeyInfo Info, ApiKey Key)>> CreateAsync(TenantId tenant, string name, KeyScope scope)
    {
        var ring = await Of(tenant).OpenKeyRing();
        if (!ring.IsSuccess)
            return ring.Error;
        var key = ApiKey.New(ring.Value);
        var added = await Of(tenant).AddKey(ring.Value, new KeySpec(key.Id, key.Hash(), name, scope));
        return added.IsSuccess ? (added.Value, key) : added.Error;
    }

    public Task<Result<ImmutableArray<KeyInfo>>> ListAsync(TenantId tenant, CancellationToken cancel) =>
        calls.RepeatAsync(() => Of(tenant).ListKeys(), CallPatience.OfRead, cancel);

    public async Task<Result<KeyInfo>> GetAsync(TenantId tenant, string id, CancellationToken cancel)
    {
        var all = await ListAsync(tenant, cancel);
        if (!all.IsSuccess)
            return all.Error;
        return all.Value.FirstOrDefault(key => key.Id == id) is { } found ? found : Error.Of(Slugs.KeyNotFound, "The tenant has no key of this id.");
    }

    public async Task<Error?> DeleteAsync(TenantId tenant, string id)
    {
        try
        {
            return await Of(tenant).RemoveKey(id);
        }
        finally
        {
            grants.Forget(tenant, id);
        }
    }

    private ITenantGrain Of(TenantId tenant) => grains.GetGrain<ITenantGrain>(tenant.Value);
}

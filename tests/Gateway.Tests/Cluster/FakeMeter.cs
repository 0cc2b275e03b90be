using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>What a tenant uses: counted in the cluster, and by what its shards hold.</summary>
internal sealed class FakeMeter(FakeCluster cluster, string tenant) : ITenantMeterGrain
{
    private TenantQuotas Quotas => cluster.Tenants.Describe(tenant) is { IsSuccess: true } found ? found.Value.Quotas : new TenantQuotas();

    public async Task<MeterGrant> Take(MeteredKind kind, int wanted)
    {
        await cluster.Faults.PassAsync<bool>("meter");
        if ((kind is MeteredKind.Requests ? Quotas.RequestsPerMinute : Quotas.EncodesPerMinute) is not { } limit)
            return new MeterGrant(null, wanted, 0, 0);
        lock (cluster.Tenants.Used)
        {
            var used = cluster.Tenants.Used.GetValueOrDefault((tenant, kind));
            var granted = Math.Clamp(limit - used, 0, wanted);
            cluster.Tenants.Used[(tenant, kind)] = used + granted;
            return new MeterGrant(limit, granted, limit - used - granted, 60);
        }
    }

    public async Task<StorageRoom> GetRoom(long documents, long bytes, bool fresh)
    {
        await cluster.Faults.PassAsync<bool>("meter");
        var stored = new List<(long Documents, long Bytes)>();
        foreach (var index in await cluster.Catalog.Tenant(tenant).ListIndexes())
        {
            var status = (await cluster.Catalog.Index($"{tenant}/{index.Spec.Name}").GetStatus()).Value;
            stored.Add((status.Shards.Sum(shard => shard.Documents), status.Shards.Sum(shard => shard.BytesOnDisk)));
        }

        return new StorageRoom(Quotas.MaxDocuments, Quotas.MaxBytes, stored.Sum(index => index.Documents), stored.Sum(index => index.Bytes));
    }
}

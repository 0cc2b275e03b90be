using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using Orleans.Concurrency;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>Which tenants there are, and their keys.</summary>
internal sealed class FakeTenants(FakeCluster cluster)
{
    private readonly ConcurrentDictionary<string, TenantInfo> _tenants = new();
    private readonly ConcurrentDictionary<string, string> _rings = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<(string Tenant, KeySpec Key)>> _keys = new();

    /// <summary>What was used of this minute.</summary>
    public Dictionary<(string Tenant, MeteredKind Kind), int> Used { get; } = [];

    public Result<TenantInfo> Create(string tenant, TenantQuotas quotas)
    {
        var info = new TenantInfo(tenant, FakeCatalog.Now, quotas, 0, false);
        return _tenants.TryAdd(tenant, info) ? info : Error.Of(Slugs.TenantExists, $"There is a tenant '{tenant}' already.");
    }

    public Result<TenantInfo> Describe(string tenant) => _tenants.TryGetValue(tenant, out var info) ? info
        : tenant == TenantId.Default.Value ? new TenantInfo(tenant, null, new TenantQuotas(), 0, false)
        : Error.Of(Slugs.TenantNotFound, "There is no such tenant.");

    public Error? Delete(string tenant)
    {
        if (_rings.TryRemove(tenant, out var ring))
            _keys.TryRemove(ring, out _);
        return _tenants.TryRemove(tenant, out _) ? null : Describe(tenant).Error;
    }

    public Result<string> RingOf(string tenant) => Describe(tenant).IsSuccess ? _rings.GetOrAdd(tenant, _ => ApiKey.NewRing()) : Describe(tenant).Error!;

    public IKeyRingGrain Ring(string ring) => new KeyRing(this, ring);

    public ITenantDirectoryGrain Directory(string part) => new Part(this, part);

    private ImmutableArray<(string Tenant, KeySpec Key)> KeysOf(string ring) => _keys.GetValueOrDefault(ring, []);

    private static KeyInfo Info(KeySpec key) => new(key.Id, key.Name, key.Scope, FakeCatalog.Now, null);

    private sealed class KeyRing(FakeTenants all, string ring) : IKeyRingGrain
    {
        public async Task<KeyGrant?> Find(string id, Immutable<byte[]> hash)
        {
            await all.Faults.PassAsync<bool>("findKey");
            var found = all.KeysOf(ring).FirstOrDefault(key => key.Key.Id == id && key.Key.Hash.AsSpan().SequenceEqual(hash.Value));
            return found.Key is null ? null : new KeyGrant(found.Tenant, id, found.Key.Scope);
        }

        public Task<ImmutableArray<KeyInfo>> List() => Task.FromResult<ImmutableArray<KeyInfo>>([.. all.KeysOf(ring).Select(key => Info(key.Key))]);

        public Task<Result<KeyInfo>> Add(string tenant, KeySpec key)
        {
            all._keys.AddOrUpdate(ring, [(tenant, key)], (_, keys) => keys.Add((tenant, key)));
            return Task.FromResult<Result<KeyInfo>>(Info(key));
        }

        public Task<Error?> Remove(string id)
        {
            var had = all.KeysOf(ring).Any(key => key.Key.Id == id);
            all._keys.AddOrUpdate(ring, [], (_, keys) => keys.RemoveAll(key => key.Key.Id == id));
            return Task.FromResult(had ? null : Error.Of(Slugs.KeyNotFound, "There is no such key."));
        }

        public Task Clear()
        {
            all._keys.TryRemove(ring, out _);
            return Task.CompletedTask;
        }
    }

    private FaultInjection Faults => cluster.Faults;

    private sealed class Part(FakeTenants all, string part) : ITenantDirectoryGrain
    {
        public Task<ImmutableArray<TenantEntry>> List(string? after, int limit) => Task.FromResult<ImmutableArray<TenantEntry>>([.. all._tenants.Keys
            .Where(tenant => TenantDirectoryKey.Of(TenantId.Parse(tenant)) == part && string.CompareOrdinal(tenant, after) > 0)
            .Order(StringComparer.Ordinal).Take(limit).Select(tenant => new TenantEntry(tenant, FakeCatalog.Now))]);

        public Task Add(TenantEntry tenant) => throw new NotSupportedException("The tenant grain does it.");

        public Task Remove(string tenant) => throw new NotSupportedException("The tenant grain does it.");
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>Tenants and indexes.</summary>
internal sealed class FakeCatalog(FakeCluster cluster)
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<string, IndexDescription> _indexes = new();
    private long _incarnation;

    public ITenantGrain Tenant(string tenant) => new TenantGrain(this, tenant);

    public IIndexGrain Index(string key) => new IndexGrain(this, key);

    /// <summary>A change that this gateway is not told of.</summary>
    public IndexDescription UpdateElsewhere(string name, IndexPatch patch) => Update($"default/{name}", patch)!;

    private IndexDescription? Update(string key, IndexPatch patch)
    {
        if (!_indexes.TryGetValue(key, out var old))
            return null;
        var spec = old.Spec with
        {
            Fields = [.. old.Spec.Fields, .. patch.AddedFields.Where(added => old.Spec.Fields.All(field => field.Name != added.Name))],
            TargetRecall = patch.TargetRecall ?? old.Spec.TargetRecall,
            KeepImages = patch.KeepImages ?? old.Spec.KeepImages,
            Quantization = patch.Quantization ?? old.Spec.Quantization,
        };
        var changed = old with { Spec = spec, Version = old.Version + 1 };
        _indexes[key] = changed;
        Configure(changed);
        return changed;
    }

    private void Configure(IndexDescription description)
    {
        for (var shard = 0; shard < description.Spec.Shards; shard++)
            ShardOf(description, shard).Configure(description, shard);
    }

    private FakeShard ShardOf(IndexDescription description, int shard) =>
        cluster.Shard(new ShardKey(TenantId.Parse(description.Tenant), description.Spec.Name, description.Incarnation, shard).ToString());

    private sealed class TenantGrain(FakeCatalog catalog, string tenant) : ITenantGrain
    {
        public async Task<Result<IndexDescription>> CreateIndex(IndexSpec spec)
        {
            if (await catalog.Faults.PassAsync<IndexDescription>("createIndex") is { } fault)
                return fault;
            var description = new IndexDescription(tenant, spec, Interlocked.Increment(ref catalog._incarnation), 1, Now, Now);
            if (!catalog._indexes.TryAdd($"{tenant}/{spec.Name}", description))
                return Error.Of(Slugs.IndexExists, $"There is an index '{spec.Name}' already.");
            catalog.Configure(description);
            return description;
        }

        private FakeTenants Tenants => catalog.Tenants;

        public Task<Result<TenantInfo>> Create(TenantQuotas quotas) => Task.FromResult(Tenants.Create(tenant, quotas));

        public Task<Result<TenantInfo>> Describe() => Task.FromResult(Tenants.Describe(tenant));

        public async Task<Error?> Delete()
        {
            foreach (var index in await ListIndexes())
                await DeleteIndex(index.Spec.Name);
            return Tenants.Delete(tenant);
        }

        public Task<Error?> ResumeRemoval() => throw new NotSupportedException("A start does it.");

        public Task<Result<string>> OpenKeyRing() => Task.FromResult(Tenants.RingOf(tenant));

        public Task<Result<KeyInfo>> AddKey(string ring, KeySpec key) => Tenants.Ring(ring).Add(tenant, key);

        public async Task<Result<ImmutableArray<KeyInfo>>> ListKeys() =>
            Tenants.RingOf(tenant) is { IsSuccess: true } ring ? await Tenants.Ring(ring.Value).List() : Tenants.RingOf(tenant).Error!;

        public async Task<Error?> RemoveKey(string id) =>
            Tenants.RingOf(tenant) is { IsSuccess: true } ring ? await Tenants.Ring(ring.Value).Remove(id) : Tenants.RingOf(tenant).Error;

        public Task<Result<long>> ReserveIndex(string name) => throw new NotSupportedException("The grains of snapshots do it.");

        public Task<ImmutableArray<IndexDescription>> ListIndexes() => Task.FromResult(
            catalog._indexes.Values.Where(index => index.Tenant == tenant).OrderBy(index => index.Spec.Name, StringComparer.Ordinal).ToImmutableArray());

        public Task<Result<IndexDescription>> DeleteIndex(string name)
        {
            if (!catalog._indexes.TryRemove($"{tenant}/{name}", out var description))
                return Task.FromResult<Result<IndexDescription>>(NotFound(name));
            for (var shard = 0; shard < description.Spec.Shards; shard++)
                catalog.ShardOf(description, shard).Drop();
            return Task.FromResult<Result<IndexDescription>>(description);
        }
    }

    private FaultInjection Faults => cluster.Faults;

    private FakeTenants Tenants => cluster.Tenants;

    private static Error NotFound(string name) => Error.Of(Slugs.IndexNotFound, $"There is no index '{name}'.");

    private sealed class IndexGrain(FakeCatalog catalog, string key) : IIndexGrain
    {
        private string Name => key.Split('/')[1];

        public async Task<Result<IndexDescription>> Describe() =>
            await catalog.Faults.PassAsync<IndexDescription>("describe") ?? (catalog._indexes.TryGetValue(key, out var found) ? found : NotFound(Name));

        public async Task<Result<IndexStatus>> GetStatus()
        {
            if (!catalog._indexes.TryGetValue(key, out var description))
                return NotFound(Name);
            var shards = await Task.WhenAll(Enumerable.Range(0, description.Spec.Shards).Select(shard => catalog.ShardOf(description, shard).GetStatus()));
            return new IndexStatus(description, [.. shards]);
        }

        public async Task<Result<IndexDescription>> Update(IndexPatch patch) =>
            await catalog.Faults.PassAsync<IndexDescription>("update") ?? (catalog.Update(key, patch) is { } changed ? changed : NotFound(Name));

        public Task<Result<IndexDescription>> Create(IndexSpec spec, long incarnation) => throw new NotSupportedException("The tenant grain does it.");

        public Task<Result<IndexDescription>> Restore(string folder, long incarnation) => throw new NotSupportedException("The grains of snapshots do it.");

        public Task<Result<IndexDescription>> Delete() => throw new NotSupportedException("The tenant grain does it.");
    }
}

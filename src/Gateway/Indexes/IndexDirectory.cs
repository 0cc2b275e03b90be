using BitFaster.Caching.Lru;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>
/// What this gateway knows of indexes, so that a query does not pass through the index grain. An entry may be old: the
/// shards refuse a version that is, and the caller then reads it again, once. What this gateway changes itself, it
/// knows at once (I3).
/// </summary>
internal sealed class IndexDirectory(IGrainFactory grains, GrainCalls calls, IOptions<QueryOptions> options)
{
    private readonly ConcurrentLru<IndexKey, OpenIndex> _known = new(options.Value.CachedIndexes);

    /// <returns>The index, or index-not-found.</returns>
    public ValueTask<Result<OpenIndex>> FindAsync(TenantId tenant, string name)
    {
        if (!NameRule.IsValid(name))
            return ValueTask.FromResult<Result<OpenIndex>>(NotFound(name));
        var key = new IndexKey(tenant, name);
        return _known.TryGet(key, out var index) ? ValueTask.FromResult(Result<OpenIndex>.Ok(index)) : ReadAsync(key);
    }

    /// <summary>Reads an index again after a shard said that it has changed or gone.</summary>
    public ValueTask<Result<OpenIndex>> RereadAsync(OpenIndex stale) => ReadAsync(new IndexKey(stale.Tenant, stale.Name));

    /// <summary>
    /// Does something with an index, and once more with what is then known if it failed in a way that an old description
    /// explains: a shard of another version, or a field that was added meanwhile.
    /// </summary>
    public async Task<Result<T>> WithAsync<T>(TenantId tenant, string name, Func<OpenIndex, Task<Result<T>>> act)
    {
        var index = await FindAsync(tenant, name);
        if (!index.IsSuccess)
            return index.Error;
        var first = await act(index.Value);
        if (!IsStale(first.Error) && first.Error?.Slug != Slugs.UndeclaredField)
            return first;
        var fresh = await RereadAsync(index.Value);
        if (!fresh.IsSuccess)
            return fresh.Error;
        return fresh.Value.IsNewerThan(index.Value) ? await act(fresh.Value) : first;
    }

    /// <summary>Takes over a description that the catalog has just given. An older one than is known changes nothing.</summary>
    public OpenIndex Learn(IndexDescription description)
    {
        var index = new OpenIndex(description);
        var key = new IndexKey(index.Tenant, index.Name);
        if (!_known.TryGet(key, out var known) || index.IsNewerThan(known))
            _known.AddOrUpdate(key, index);
        return index;
    }

    public void Forget(TenantId tenant, string name) => _known.TryRemove(new IndexKey(tenant, name));

    /// <summary>A tenant is gone.</summary>
    public void Forget(TenantId tenant)
    {
        foreach (var (key, _) in _known)
        {
            if (key.Tenant == tenant)
                _known.TryRemove(key);
        }
    }

    public ISiloShardsGrain Silo(string address) => grains.GetGrain<ISiloShardsGrain>(address);

    public IShardReplicaGrain Replica(OpenIndex index, int shard, int number) =>
        grains.GetGrain<IShardReplicaGrain>(new ReplicaKey(index.Shard(shard), number).ToString());

    public IShardGrain Shard(OpenIndex index, int number) => index.KnownShards[number] ??= grains.GetGrain<IShardGrain>(index.Shard(number).ToString());

    /// <summary>Whether a shard's answer means that what is known of the index may be old.</summary>
    public static bool IsStale(Error? error) => error?.Slug is Slugs.IndexChanged or Slugs.IndexNotFound;

    public static Error NotFound(string name) =>
        Error.Of(Slugs.IndexNotFound, $"There is no index '{Json.Pointer.Quote(name)}'. GET /v1/indexes lists those that are.");

    private async ValueTask<Result<OpenIndex>> ReadAsync(IndexKey key)
    {
        var answer = await calls.RepeatAsync(() => grains.GetGrain<IIndexGrain>(key.ToString()).Describe(), CallPatience.OfRead, CancellationToken.None);
        if (answer.IsSuccess)
            return Learn(answer.Value);
        if (answer.Error.Slug == Slugs.IndexNotFound)
        {
            _known.TryRemove(key);
            return NotFound(key.Name);
        }

        return answer.Error;
    }
}

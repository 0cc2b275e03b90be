using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Grains.Tenants;

/// <summary>
/// What all indexes of a tenant hold: read from their shards now and then, and in between with what gateways say that they have
/// written. Reading wakes shards that sleep; it is done for tenants that may not store as much as there is, while they write.
/// </summary>
internal sealed class StoredUsage(IGrainFactory grains, TenantId tenant, TimeProvider clock)
{
    /// <summary>How old what was read may be where there is room.</summary>
    private static readonly TimeSpan s_old = TimeSpan.FromSeconds(30);

    /// <summary>An index that has more to do than to answer counts as it did before.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);

    private Dictionary<string, (long Documents, long Bytes)> _read = new(StringComparer.Ordinal);
    private (long Documents, long Bytes) _since;
    private Task? _reading;
    private long _readAt;
    private bool _wasRead;

    public long Documents => _read.Values.Sum(index => index.Documents) + _since.Documents;

    public long Bytes => _read.Values.Sum(index => index.Bytes) + _since.Bytes;

    /// <summary>What was written, and answered, since the last reading.</summary>
    public void Add(long documents, long bytes) => _since = (_since.Documents + documents, _since.Bytes + bytes);

    /// <summary>Many callers wait for one reading.</summary>
    /// <param name="fresh">One that has begun already will not do: it may not know of what was deleted since.</param>
    public async Task ReadAsync(bool fresh)
    {
        if (!fresh && _wasRead && clock.GetElapsedTime(_readAt) < s_old)
            return;
        if (fresh && _reading is { IsCompleted: false } running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_reading is not { IsCompleted: false })
            _reading = ReadAllAsync();
        await _reading;
    }

    private async Task ReadAllAsync()
    {
        // What is said to be written up to here was answered before, and is in what the shards say now.
        var (seen, began) = (_since, clock.GetTimestamp());
        var indexes = await grains.GetGrain<ITenantGrain>(tenant.Value).ListIndexes();
        var read = await Task.WhenAll(indexes.Select(async index => (index.Spec.Name, Usage: await ReadAsync(index.Spec.Name))));
        _read = read.ToDictionary(index => index.Name, index => index.Usage, StringComparer.Ordinal);
        (_since, _readAt, _wasRead) = ((_since.Documents - seen.Documents, _since.Bytes - seen.Bytes), began, true);
    }

    private async Task<(long Documents, long Bytes)> ReadAsync(string index)
    {
        try
        {
            var status = await grains.GetGrain<IIndexGrain>(new IndexKey(tenant, index).ToString()).GetStatus().WaitAsync(s_patience, clock);
            if (status.IsSuccess && status.Value.Shards.All(shard => shard.State is ShardState.Ready))
                return (status.Value.Shards.Sum(shard => shard.Documents), status.Value.Shards.Sum(shard => shard.BytesOnDisk));
            if (status.Error?.Slug == Slugs.IndexNotFound)
                return default;
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            // As before, until it answers: nobody is refused, or let in, because a shard is slow.
        }

        return _read.GetValueOrDefault(index);
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;

namespace ClipOrleans.Grains.Placement;

/// <summary>The shards and replicas that are active in this process, by key: found by searches of several at once, measured, given away.</summary>
internal sealed class LocalShards(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, ILocalShard> _hosts = new(StringComparer.Ordinal);
    private readonly Lock _measuring = new();
    private long? _measuredAt;

    /// <summary>This process is about to leave the cluster.</summary>
    public bool IsDraining { get; set; }

    public ICollection<string> Keys => _hosts.Keys;

    public IEnumerable<ILocalShard> All => _hosts.Select(static shard => shard.Value);

    public void Add(string key, ILocalShard host) => _hosts[key] = host;

    /// <summary>Another activation of the same shard that has been added meanwhile stays.</summary>
    public void Remove(string key, ILocalShard host) => _hosts.TryRemove(new KeyValuePair<string, ILocalShard>(key, host));

    public ILocalShard? Find(string key) => _hosts.GetValueOrDefault(key);

    /// <returns>The shards that were used past their grains since the last time.</returns>
    public IReadOnlyList<string> TakeUsedFromOutside() => [.. _hosts.Where(shard => shard.Value.Meter.TakeUsedFromOutside()).Select(shard => shard.Key)];

    /// <summary>Loads since the last measuring, smoothed.</summary>
    public ImmutableArray<ShardLoad> Measure()
    {
        lock (_measuring)
        {
            var elapsed = _measuredAt is { } last ? clock.GetElapsedTime(last) : TimeSpan.Zero;
            _measuredAt = clock.GetTimestamp();
            return [.. _hosts.Select(shard => shard.Value.Measure(shard.Key, elapsed))];
        }
    }
}

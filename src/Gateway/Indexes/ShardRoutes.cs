using System.Collections.Immutable;

namespace ClipOrleans.Gateway.Indexes;

/// <param name="Silo">Its address; null: not known, or not worth a call of its own, and the shard is asked by its grain.</param>
internal sealed record ShardRoute(string? Silo, ImmutableArray<int> Shards);

/// <summary>
/// Which silo has which shard of an index, as the last answers said. It need not be right: a silo says which shards it
/// has not, and those are asked by their grains, which Orleans finds.
/// </summary>
internal sealed class ShardRoutes(int shards)
{
    private readonly Lock _lock = new();
    private readonly string?[] _silos = new string?[shards];

    /// <summary>Made when it is needed, null after something was learnt.</summary>
    private volatile ShardRoute[]? _plan;

    /// <summary>The calls that reach all shards: one for each silo that is known to have two or more, one for each other shard.</summary>
    public IReadOnlyList<ShardRoute> Plan() => _plan ?? Make();

    /// <param name="shard">A shard.</param>
    /// <param name="silo">Who answered for it; null when who had it does not have it any more.</param>
    public void Learn(int shard, string? silo)
    {
        if (string.Equals(Volatile.Read(ref _silos[shard]), silo, StringComparison.Ordinal))
            return;
        lock (_lock)
        {
            _silos[shard] = silo;
            _plan = null;
        }
    }

    private ShardRoute[] Make()
    {
        lock (_lock)
        {
            return _plan = [.. Enumerable.Range(0, _silos.Length)
                .GroupBy(shard => _silos[shard])
                .SelectMany(silo => silo.Key is null || silo.Count() == 1
                    ? silo.Select(shard => new ShardRoute(null, [shard]))
                    : [new ShardRoute(silo.Key, [.. silo])])];
        }
    }
}

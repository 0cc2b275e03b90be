using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Storage;

namespace ClipOrleans.Grains.Placement;

/// <summary>A shard, or a replica of one, that is active on this silo: used from any thread.</summary>
internal interface ILocalShard
{
    ShardKey Key { get; }

    ShardMeter Meter { get; }

    ShardUse Use { get; }

    /// <summary>Bytes of the process's own memory that it takes, not those of mapped files; 0 while it is not open.</summary>
    long BytesInMemory { get; }

    /// <summary>Closes it until the next request.</summary>
    GoingCold Cold { get; }

    /// <summary>Does something with the shard if it is open and shows all that was acknowledged before the call; otherwise says why not, at once.</summary>
    /// <param name="indexVersion">The version that the caller knows; null takes any.</param>
    /// <param name="work">What to do; the shard stays open until it is done.</param>
    Task<Result<T>> ReadAsync<T>(long? indexVersion, Func<IShardReader, Task<Result<T>>> work);

    /// <summary>What it costs this silo.</summary>
    /// <param name="name">Its key as text.</param>
    /// <param name="elapsed">Since it was asked for the last time.</param>
    ShardLoad Measure(string name, TimeSpan elapsed);
}

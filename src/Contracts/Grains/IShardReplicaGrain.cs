using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Search;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// Reads what a shard's owner writes, on another silo, and answers searches in its place. Key: a <see cref="Keys.ReplicaKey"/>.
/// An answer shows every write that was acknowledged before it was asked for (I3). Errors: those of <see cref="IShardGrain"/>;
/// whoever gets one asks the shard itself.
/// </summary>
[Alias("clip.IShardReplicaGrain")]
public interface IShardReplicaGrain : IGrainWithStringKey
{
    [Alias("Search"), AlwaysInterleave]
    Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation = default);

    /// <summary>Answers at once, also while loading.</summary>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<ReplicaStatus> GetStatus();

    /// <summary>Begins to move to another silo and returns at once.</summary>
    /// <param name="silo">The address of the silo.</param>
    [Alias("HandOver"), AlwaysInterleave]
    Task HandOver(string silo);
}

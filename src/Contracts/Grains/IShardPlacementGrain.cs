using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// Decides which silo has which shard. Key: 0. Not on the way of a query: it is asked when a shard is activated. It keeps
/// nothing on disk: after its own silo died it learns again from the reports.
/// </summary>
[Alias("clip.IShardPlacementGrain")]
public interface IShardPlacementGrain : IGrainWithIntegerKey
{
    /// <summary>Where a shard is to be activated. The answer stays the same until the shard is reported somewhere or its silo is gone.</summary>
    /// <param name="shard">A <see cref="Keys.ShardKey"/>.</param>
    /// <param name="candidates">Addresses of the silos that could have it; empty: any that is known and stays.</param>
    /// <returns>One of them; null when all are about to leave.</returns>
    [Alias("Place"), AlwaysInterleave]
    Task<string?> Place(string shard, ImmutableArray<string> candidates);

    [Alias("Report"), AlwaysInterleave]
    Task Report(SiloReport report);

    [Alias("Describe"), AlwaysInterleave]
    Task<ClusterView> Describe();
}

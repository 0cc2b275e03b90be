using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;

namespace ClipOrleans.Gateway.Tests.Cluster;

/// <summary>A cluster of two silos, one of which is about to take over a shard.</summary>
internal sealed class FakePlacement : IShardPlacementGrain
{
    public static readonly DateTimeOffset Now = new(2026, 5, 4, 9, 30, 0, TimeSpan.Zero);

    public Task<string?> Place(string shard, ImmutableArray<string> candidates) => throw new NotSupportedException("Silos ask it.");

    public Task Report(SiloReport report) => throw new NotSupportedException("Silos tell it.");

    public Task<ClusterView> Describe() => Task.FromResult(new ClusterView(
        [
            new SiloView("10.0.0.1:11111@5", "shard-0", "active", ["shard"], false, 1, 4096, 0.25, 1.5, Now),
            new SiloView("10.0.0.2:11111@6", "shard-1", "joining", [], false, 0, 0, 0, 0, null),
        ],
        [new PlacedShard("10.0.0.1:11111@5", "shard-0", new ShardLoad("acme/shop-3/1", ShardState.Ready, 7, 12, 4096, 0.25))],
        [new ShardMove("acme/shop-3/1", "10.0.0.1:11111@5", "10.0.0.2:11111@6", Now)],
        3,
        Now));
}

using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Cluster;

/// <summary>The cluster as the placement of shards sees it at one moment.</summary>
/// <param name="Silos">In order of their names.</param>
/// <param name="Shards">Those that are active, in order of their keys.</param>
/// <param name="Moves">Hand-overs that are going on.</param>
/// <param name="Moved">Hand-overs that were finished since <paramref name="Since"/>.</param>
/// <param name="Since">Since when this view is kept.</param>
[GenerateSerializer, Immutable, Alias("clip.ClusterView")]
public sealed record ClusterView(
    [property: Id(0)] ImmutableArray<SiloView> Silos,
    [property: Id(1)] ImmutableArray<PlacedShard> Shards,
    [property: Id(2)] ImmutableArray<ShardMove> Moves,
    [property: Id(3)] long Moved,
    [property: Id(4)] DateTimeOffset Since);

/// <param name="Status">What the membership says: joining, active, shuttingDown, stopping, dead.</param>
/// <param name="Load">In mean shards: 1 is what a shard of mean size with mean traffic costs.</param>
/// <param name="ReportedAt">Null: it has not reported yet.</param>
[GenerateSerializer, Immutable, Alias("clip.SiloView")]
public sealed record SiloView(
    [property: Id(0)] string Address,
    [property: Id(1)] string Name,
    [property: Id(2)] string Status,
    [property: Id(3)] ImmutableArray<string> Roles,
    [property: Id(4)] bool Draining,
    [property: Id(5)] int Shards,
    [property: Id(6)] long Bytes,
    [property: Id(7)] double Busy,
    [property: Id(8)] double Load,
    [property: Id(9)] DateTimeOffset? ReportedAt);

/// <summary>A shard and who has it.</summary>
[GenerateSerializer, Immutable, Alias("clip.PlacedShard")]
public sealed record PlacedShard([property: Id(0)] string Silo, [property: Id(1)] string SiloName, [property: Id(2)] ShardLoad Load);

/// <summary>A shard on its way from one silo to another.</summary>
[GenerateSerializer, Immutable, Alias("clip.ShardMove")]
public sealed record ShardMove(
    [property: Id(0)] string Shard, [property: Id(1)] string From, [property: Id(2)] string To, [property: Id(3)] DateTimeOffset StartedAt);

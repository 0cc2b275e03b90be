using System.Collections.Immutable;
using ClipOrleans.Contracts.Indexes;

namespace ClipOrleans.Contracts.Cluster;

/// <summary>What a silo says of itself every other second: the placement of shards knows nothing that was not reported.</summary>
/// <param name="Silo">Its address, with generation.</param>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Draining">It is about to leave and takes no more shards.</param>
/// <param name="Shards">Those that are active there.</param>
[GenerateSerializer, Immutable, Alias("clip.SiloReport")]
public sealed record SiloReport(
    [property: Id(0)] string Silo,
    [property: Id(1)] string Name,
    [property: Id(2)] ImmutableArray<string> Roles,
    [property: Id(3)] bool Draining,
    [property: Id(4)] ImmutableArray<ShardLoad> Shards);

/// <summary>What one shard costs the silo that has it.</summary>
/// <param name="Shard">A <see cref="Keys.ShardKey"/>.</param>
/// <param name="Epoch">The epoch of the owner; 0 while it is being opened.</param>
/// <param name="Bytes">Of its vectors and codes, in memory or mapped.</param>
/// <param name="Busy">Share of one core that its searches took lately: 1 is a core.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardLoad")]
public sealed record ShardLoad(
    [property: Id(0)] string Shard,
    [property: Id(1)] ShardState State,
    [property: Id(2)] long Epoch,
    [property: Id(3)] long Documents,
    [property: Id(4)] long Bytes,
    [property: Id(5)] double Busy);

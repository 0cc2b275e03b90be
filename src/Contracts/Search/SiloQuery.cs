using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Contracts.Search;

/// <summary>One search on those shards of an index that one silo has.</summary>
/// <param name="Index">The index as the first part of a <see cref="Keys.ShardKey"/>: <c>tenant/index-incarnation</c>.</param>
/// <param name="Replica">0: the shards themselves; otherwise their replicas of this number.</param>
[GenerateSerializer, Immutable, Alias("clip.SiloQuery")]
public sealed record SiloQuery(
    [property: Id(0)] string Index,
    [property: Id(1)] ImmutableArray<int> Shards,
    [property: Id(2)] ShardQuery Query,
    [property: Id(3)] int Replica = 0);

/// <summary>A leg for each shard that was asked, in order, cut to what can be among the best of them together.</summary>
[GenerateSerializer, Immutable, Alias("clip.SiloHits")]
public sealed record SiloHits([property: Id(0)] ImmutableArray<SiloLeg> Legs);

/// <param name="Error">Null when there are hits.</param>
/// <param name="Found">How many hits the shard had before others' better ones displaced some.</param>
/// <param name="Milliseconds">From the arrival of the query to the shard's answer.</param>
[GenerateSerializer, Immutable, Alias("clip.SiloLeg")]
public sealed record SiloLeg(
    [property: Id(0)] int Shard,
    [property: Id(1)] ShardHits? Hits,
    [property: Id(2)] Error? Error,
    [property: Id(3)] int Found,
    [property: Id(4)] double Milliseconds);

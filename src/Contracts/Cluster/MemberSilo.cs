using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Cluster;

/// <summary>A silo that is active.</summary>
/// <param name="Address">With generation: a silo that was started again is another one.</param>
/// <param name="Roles">Of those that host grains: shard, encoder.</param>
[GenerateSerializer, Immutable, Alias("clip.MemberSilo")]
public sealed record MemberSilo(
    [property: Id(0)] string Address,
    [property: Id(1)] ImmutableArray<string> Roles);

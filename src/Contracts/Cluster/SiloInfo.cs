using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Cluster;

/// <summary>A silo of the cluster.</summary>
/// <param name="Name">What it is called in logs and states.</param>
/// <param name="Roles">What it does.</param>
[GenerateSerializer, Immutable, Alias("clip.SiloInfo")]
public sealed record SiloInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] ImmutableArray<string> Roles);

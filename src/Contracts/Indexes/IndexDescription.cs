namespace ClipOrleans.Contracts.Indexes;

/// <summary>An index as the catalog knows it. Gateways cache it; a shard refuses requests of another <see cref="Version"/>.</summary>
/// <param name="Incarnation">Grows with each creation under the same name.</param>
/// <param name="Version">Grows with each change of <see cref="Spec"/>; starts at 1.</param>
[GenerateSerializer, Immutable, Alias("clip.IndexDescription")]
public sealed record IndexDescription(
    [property: Id(0)] string Tenant,
    [property: Id(1)] IndexSpec Spec,
    [property: Id(2)] long Incarnation,
    [property: Id(3)] long Version,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] DateTimeOffset UpdatedAt);

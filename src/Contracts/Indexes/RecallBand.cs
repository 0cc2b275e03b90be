namespace ClipOrleans.Contracts.Indexes;

/// <summary>Recall@10 that a shard measured of searches whose filters match about the same share of its documents.</summary>
/// <param name="Selectivity">Name of the band, for example "all" or "1-10%".</param>
/// <param name="Recall">0 to 1.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Queries">Queries that it rests on.</param>
/// <param name="Effort">Level at which searches of the band run.</param>
[GenerateSerializer, Immutable, Alias("clip.RecallBand")]
public readonly record struct RecallBand(
    [property: Id(0)] string Selectivity,
    [property: Id(1)] double Recall,
    [property: Id(2)] double Low,
    [property: Id(3)] double High,
    [property: Id(4)] long Queries,
    [property: Id(5)] double Effort);

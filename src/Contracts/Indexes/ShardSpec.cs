using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Indexes;

/// <summary>What a shard must know of its index; it is stored beside the rows, so that a shard opens by itself.</summary>
[GenerateSerializer, Immutable, Alias("clip.ShardSpec")]
public sealed record ShardSpec(
    [property: Id(0)] long IndexVersion,
    [property: Id(1)] string Model,
    [property: Id(2)] string ModelRevision,
    [property: Id(3)] int Dimensions,
    [property: Id(4)] ImmutableArray<FieldSpec> Fields,
    [property: Id(5)] double TargetRecall,
    [property: Id(6)] Quantization Quantization = Quantization.Auto);

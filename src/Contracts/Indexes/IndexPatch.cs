using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Indexes;

/// <summary>A change of an index; null leaves a property as it is. Added fields are filled from the stored metadata.</summary>
[GenerateSerializer, Immutable, Alias("clip.IndexPatch")]
public sealed record IndexPatch(
    [property: Id(0)] ImmutableArray<FieldSpec> AddedFields,
    [property: Id(1)] double? TargetRecall,
    [property: Id(2)] KeepImages? KeepImages,
    [property: Id(3)] Quantization? Quantization = null,
    [property: Id(4)] int? Replicas = null);

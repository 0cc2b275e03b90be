using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Indexes;

/// <summary>What an index is created with, already checked by the gateway.</summary>
/// <param name="Model">A loaded model's name, or <see cref="NoModel"/> for an index of the caller's own vectors.</param>
/// <param name="ModelRevision">The revision of the model at creation, empty without one.</param>
/// <param name="Quantization">Auto in catalogs that were written before there was a choice.</param>
/// <param name="Replicas">Read replicas of each shard, beside the shard itself.</param>
[GenerateSerializer, Immutable, Alias("clip.IndexSpec")]
public sealed record IndexSpec(
    [property: Id(0)] string Name,
    [property: Id(1)] string Model,
    [property: Id(2)] string ModelRevision,
    [property: Id(3)] int Dimensions,
    [property: Id(4)] ImmutableArray<FieldSpec> Fields,
    [property: Id(5)] int Shards,
    [property: Id(6)] double TargetRecall,
    [property: Id(7)] KeepImages KeepImages,
    [property: Id(8)] Quantization Quantization = Quantization.Auto,
    [property: Id(9)] int Replicas = 0)
{
    public const string NoModel = "none";
}

/// <param name="Type">The JSON name of the type: keyword, number, boolean, datetime, keyword[] or geo.</param>
[GenerateSerializer, Immutable, Alias("clip.FieldSpec")]
public sealed record FieldSpec([property: Id(0)] string Name, [property: Id(1)] string Type);

/// <summary>What is kept of an image beside its embedding.</summary>
[GenerateSerializer, Alias("clip.KeepImages")]
public enum KeepImages
{
    Invalid = 0,
    None = 1,
    Thumbnail = 2,
    Original = 3,
}

namespace ClipOrleans.Vectors;

/// <summary>What is chosen for each collection.</summary>
public sealed record CollectionOptions
{
    public Quantization Quantization { get; init; } = Quantization.Auto;

    /// <summary>Recall@10 that approximate search promises at every selectivity, above 0 and up to 1. Default 0.95.</summary>
    public double TargetRecall { get; init; } = 0.95;
}

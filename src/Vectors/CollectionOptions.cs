using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors;

/// <summary>What is chosen for each collection.</summary>
public sealed record CollectionOptions
{
    public Quantization Quantization { get; init; } = Quantization.Auto;

    /// <summary>Recall@10 that approximate search promises at every selectivity, above 0 and up to 1. Default 0.95.</summary>
    public double TargetRecall { get; init; } = 0.95;

    /// <summary>Where float32 vectors lie beyond the first 8 MiB, which are always on the heap. Default: on the heap.</summary>
    public IVectorMemory PreciseVectors { get; init; } = HeapVectorMemory.Instance;

    /// <summary>Decides what chance decides in the making of codes: the same rows in the same order give the same index.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What another collection of the same documents has measured, to go on from. Null: nothing is known yet.</summary>
    public RecallMonitor? Recall { get; init; }
}

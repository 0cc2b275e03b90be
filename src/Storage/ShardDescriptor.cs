using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Storage;

/// <summary>What a shard holds. Model, revision and dimensions are for life; the rest may change with the index version.</summary>
/// <param name="IndexVersion">Grows with each change of the index's description.</param>
/// <param name="Model">Name of the embedding model, or "none" for vectors that clients bring.</param>
/// <param name="ModelRevision">Revision of the model; vectors of two revisions never share a shard.</param>
/// <param name="Dimensions">Length of every vector, 1 to 65,536.</param>
/// <param name="Schema">The declared fields, in declared order.</param>
/// <param name="TargetRecall">Recall@10 that approximate search must reach, above 0 and up to 1.</param>
/// <param name="Quantization">How the vectors are coded for approximate search.</param>
public sealed record ShardDescriptor(
    long IndexVersion,
    string Model,
    string ModelRevision,
    int Dimensions,
    FieldSchema Schema,
    double TargetRecall,
    Quantization Quantization = Quantization.Auto)
{
    internal const int MaxDimensions = 65_536;

    /// <exception cref="ArgumentException">A value that no shard can have.</exception>
    internal void Check()
    {
        if (IndexVersion < 0)
            throw new ArgumentException($"index version {IndexVersion} is negative.");
        if (string.IsNullOrEmpty(Model))
            throw new ArgumentException("the model has no name.");
        if (Dimensions is < 1 or > MaxDimensions)
            throw new ArgumentException($"{Dimensions} dimensions; a vector has 1 to {MaxDimensions}.");
        if (TargetRecall is not (> 0 and <= 1))
            throw new ArgumentException($"target recall {TargetRecall}; it is above 0 and up to 1.");
        if (Quantization is not (Quantization.Auto or Quantization.None or Quantization.Int8 or Quantization.Binary))
            throw new ArgumentException($"there is no quantization {Quantization}.");
    }
}

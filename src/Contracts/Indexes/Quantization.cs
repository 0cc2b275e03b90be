namespace ClipOrleans.Contracts.Indexes;

/// <summary>How the vectors of an index are coded for approximate search.</summary>
[GenerateSerializer, Alias("clip.Quantization")]
public enum Quantization
{
    Invalid = 0,

    /// <summary>The shard chooses: none while it is small, then 8 bits.</summary>
    Auto = 1,

    /// <summary>No codes: every search is exact.</summary>
    None = 2,
    Int8 = 3,
    Binary = 4,
}

namespace ClipOrleans.Vectors;

/// <summary>How a collection codes its vectors for approximate search. Scores in answers are float32 cosines with each.</summary>
public enum Quantization
{
    /// <summary>Never valid: a default must not pass for a choice.</summary>
    Invalid = 0,

    /// <summary><see cref="Int8"/> once there are rows enough to learn from; before, exact scans.</summary>
    Auto = 1,

    /// <summary>No codes: every search scans the float32 vectors.</summary>
    None = 2,

    /// <summary>Short codes that choose candidates, then 8 bits for each dimension.</summary>
    Int8 = 3,

    /// <summary>One bit for each dimension, then the float32 vectors: a sixth of the memory of <see cref="Int8"/>, more reads of vectors.</summary>
    Binary = 4,
}

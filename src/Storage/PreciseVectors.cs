namespace ClipOrleans.Storage;

/// <summary>Where a shard keeps the float32 vectors that scores come from.</summary>
public enum PreciseVectors
{
    /// <summary>Never valid: a default must not pass for a choice.</summary>
    Invalid = 0,

    /// <summary>On the heap, all of them.</summary>
    Memory = 1,

    /// <summary>The first 8 MiB on the heap, the rest in mapped files of the shard's directory: the system holds in memory what is read.</summary>
    Mapped = 2,
}

namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// A block of vectors that never moves and lives as long as this object is referenced. A pointer does not count as a
/// reference: whoever reads through one keeps the object alive until behind the last read (<see cref="GC.KeepAlive"/>).
/// </summary>
public abstract unsafe class VectorMemory
{
    private readonly float* _pointer;

    /// <param name="pointer">The first value; valid as long as the derived object lives.</param>
    /// <param name="bytes">What may be read and written from there on.</param>
    /// <param name="isMapped">It lies in a file, which the system holds in memory as it likes.</param>
    protected VectorMemory(float* pointer, long bytes, bool isMapped)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        _pointer = pointer;
        Bytes = bytes;
        IsMapped = isMapped;
    }

    /// <summary>The first value.</summary>
    public float* Pointer => _pointer;

    public long Bytes { get; }

    /// <summary>Does not count as memory: it lies in a file.</summary>
    public bool IsMapped { get; }
}

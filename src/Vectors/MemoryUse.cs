namespace ClipOrleans.Vectors;

/// <summary>Bytes that a collection takes, as allocated, by what they are for.</summary>
/// <param name="Vectors">Float32 rows on the heap.</param>
/// <param name="Codes">Short codes of the rows, and what was learnt to make and find them.</param>
/// <param name="Other">Ids, locators, filter index, tombstones.</param>
/// <param name="Mapped">Float32 rows and codes in mapped files: disk, of which the system holds in memory what it likes and can spare.</param>
public readonly record struct MemoryUse(long Vectors, long Codes, long Other, long Mapped)
{
    /// <summary>All but what is mapped.</summary>
    public long InMemory => Vectors + Codes + Other;
}

namespace ClipOrleans.Contracts.Indexes;

/// <summary>What memory is taken for.</summary>
/// <param name="Vectors">Float32 vectors on the heap.</param>
/// <param name="Codes">Short codes of the vectors.</param>
/// <param name="Other">Ids, filter index, log pages, caches.</param>
/// <param name="Mapped">Float32 vectors in mapped files: disk, not memory, though the system holds there what it can.</param>
[GenerateSerializer, Immutable, Alias("clip.MemoryBytes")]
public readonly record struct MemoryBytes(
    [property: Id(0)] long Vectors,
    [property: Id(1)] long Codes,
    [property: Id(2)] long Other,
    [property: Id(3)] long Mapped);

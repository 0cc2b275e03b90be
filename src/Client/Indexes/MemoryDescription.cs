namespace ClipOrleans.Client.Indexes;

/// <summary>Bytes of an index by what they are for.</summary>
public sealed record MemoryDescription
{
    /// <summary>Float32 vectors in memory.</summary>
    public long Vectors { get; init; }

    /// <summary>Short codes of the vectors.</summary>
    public long Codes { get; init; }

    /// <summary>Ids, filter index, log pages, caches.</summary>
    public long Other { get; init; }

    /// <summary>Float32 vectors in mapped files: disk, not memory.</summary>
    public long Mapped { get; init; }
}

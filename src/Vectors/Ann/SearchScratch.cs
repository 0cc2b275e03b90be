namespace ClipOrleans.Vectors.Ann;

/// <summary>What one search at a time needs; kept and used again, so that a search allocates nothing.</summary>
internal sealed class SearchScratch
{
    public CandidatePool Pool { get; } = new();

    public CandidateHeap Frontier { get; } = new();

    public VisitedRows Visited { get; } = new();

    /// <summary>Neighbours that are to be scored: gathered first, so that their codes are on the way while others are scored.</summary>
    public int[] Batch { get; private set; } = [];

    /// <summary>Query components, in memory that does not move.</summary>
    public short[] Query { get; private set; } = [];

    public long BytesInMemory => Pool.BytesInMemory + Frontier.BytesInMemory + Visited.BytesInMemory + (Batch.Length * sizeof(int)) + (Query.Length * sizeof(short));

    public void Reserve(int codeBytes, int degree)
    {
        if (Query.Length < codeBytes)
            Query = GC.AllocateArray<short>(codeBytes, pinned: true);
        if (Batch.Length < degree)
            Batch = new int[degree];
    }
}

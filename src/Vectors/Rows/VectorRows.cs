namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// The readers' side of <see cref="VectorBlocks"/>. What it gives out points into memory that lives as long as the blocks
/// do, and a span into a mapped file does not keep them: whoever reads calls <see cref="KeepAlive"/> behind the last read.
/// </summary>
internal readonly unsafe struct VectorRows(VectorMemory[] blocks, int shift, int dimensions)
{
    public ReadOnlySpan<float> this[int row] => new(Pointer(row), dimensions);

    /// <summary>The first value of a row; the rows up to the end of its block follow without a gap.</summary>
    public float* Pointer(int row) => blocks[row >> shift].Pointer + ((row & ((1 << shift) - 1)) * (long)dimensions);

    /// <summary>Copies rows that lie in one block.</summary>
    public void CopyBlock(int first, int last, Span<float> destination)
    {
        if (first >> shift != last >> shift)
            throw new ArgumentException($"The rows {first} to {last} are not of one block.", nameof(last));
        new ReadOnlySpan<float>(Pointer(first), (last - first + 1) * dimensions).CopyTo(destination);
    }

    public bool IsBlockStart(int row) => (row & ((1 << shift) - 1)) == 0;

    public void KeepAlive() => GC.KeepAlive(blocks);
}

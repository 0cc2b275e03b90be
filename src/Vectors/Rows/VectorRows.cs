namespace ClipOrleans.Vectors.Rows;

/// <summary>The readers' side of <see cref="VectorBlocks"/>.</summary>
internal readonly struct VectorRows(float[][] blocks, int shift, int dimensions)
{
    public ReadOnlySpan<float> this[int row] => VectorBlocks.Row(blocks, shift, dimensions, row);

    public bool IsBlockStart(int row) => (row & ((1 << shift) - 1)) == 0;
}

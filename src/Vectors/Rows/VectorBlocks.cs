using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// The vectors, row after row in blocks of about a mebibyte: large enough to stream, small enough that a small index
/// does not pay for a large one. The rules of sharing with readers are those of <see cref="Column{T}"/>; rows never change.
/// </summary>
internal sealed class VectorBlocks
{
    /// <summary>Floats of a full block, about.</summary>
    private const int BlockFloats = 1 << 18;

    /// <summary>A block starts at a multiple of 64 rows, so that words of a <see cref="Filters.DocumentSet"/> do not straddle blocks.</summary>
    private const int MinShift = 6;

    private readonly int _dimensions;
    private float[][] _blocks;

    public VectorBlocks(int dimensions)
    {
        _dimensions = dimensions;
        Shift = Math.Max(MinShift, BitOperations.Log2((uint)Math.Max(1, BlockFloats / dimensions)));
        _blocks = [new float[dimensions]];
    }

    /// <summary>Binary logarithm of the rows of a block.</summary>
    public int Shift { get; }

    public int Count { get; private set; }

    public float[][] Blocks => _blocks;

    public long Bytes
    {
        get
        {
            var used = (Count + (1 << Shift) - 1) >> Shift;
            var floats = used <= 1 ? _blocks[0].Length : (long)used * (_dimensions << Shift);
            return (floats * sizeof(float)) + (_blocks.Length * (long)IntPtr.Size);
        }
    }

    public void Append(ReadOnlySpan<float> vector)
    {
        var block = Count >> Shift;
        var offset = (Count & ((1 << Shift) - 1)) * _dimensions;
        if (offset == 0 && block > 0)
            AddBlock(block);
        else if (block == 0 && offset == _blocks[0].Length)
            GrowFirstBlock();
        vector.CopyTo(_blocks[block].AsSpan(offset));
        Count++;
    }

    public ReadOnlySpan<float> this[int row] => Row(_blocks, Shift, _dimensions, row);

    public static ReadOnlySpan<float> Row(float[][] blocks, int shift, int dimensions, int row) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in blocks[row >> shift][(row & ((1 << shift) - 1)) * dimensions]), dimensions);

    private void AddBlock(int block)
    {
        if (block == _blocks.Length)
            Array.Resize(ref _blocks, block * 2);
        _blocks[block] = GC.AllocateUninitializedArray<float>(_dimensions << Shift);
    }

    private void GrowFirstBlock()
    {
        var grown = GC.AllocateUninitializedArray<float>((int)Math.Min(_blocks[0].Length * 2L, (long)_dimensions << Shift));
        _blocks[0].CopyTo(grown, 0);
        _blocks[0] = grown;
    }
}

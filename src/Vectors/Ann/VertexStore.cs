using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The vertices of the graph in blocks that never move. A vertex is its code followed by its neighbour list, in whole
/// cache lines: scoring reads the first lines, following reads the ones behind them in the same page.
/// <code>
/// | code: components … | sum of squares | neighbour count | neighbour 0 … neighbour R-1 | padding |
/// </code>
/// One writer appends and changes lists; readers go on meanwhile. A list entry is one aligned word, so a reader sees an
/// old or a new neighbour, never half of one, and skips rows that its view does not have.
/// </summary>
internal sealed unsafe class VertexStore
{
    public const int BlockShift = 14;
    private const int BlockMask = (1 << BlockShift) - 1;
    private const int CacheLine = 64;

    private readonly int _codeBytes;
    private NativeBlock[] _owners = [];
    private IDisposable? _mapping;
    private nint[] _bases = [];

    public VertexStore(CodeLayout layout, int degree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 2);
        _codeBytes = layout.Bytes;
        Layout = layout;
        Degree = degree;
        Stride = (_codeBytes + sizeof(int) + (degree * sizeof(int)) + CacheLine - 1) / CacheLine * CacheLine;
    }

    public CodeLayout Layout { get; }

    /// <summary>Neighbours a vertex can have.</summary>
    public int Degree { get; }

    /// <summary>Bytes from one vertex to the next.</summary>
    public int Stride { get; }

    /// <summary>Vertices appended.</summary>
    public int Count { get; private set; }

    /// <summary>All blocks, mapped ones too: a search reads them all over, so they are in memory.</summary>
    public long BytesInMemory => _bases.Length * ((long)Stride << BlockShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Vertex(int row) => (byte*)_bases[row >> BlockShift] + ((long)(row & BlockMask) * Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public sbyte* Code(int row) => (sbyte*)Vertex(row);

    /// <summary>Sum of the squares of the code's components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Sum(int row) => *(int*)(Vertex(row) + _codeBytes - CodeLayout.SumBytes);

    /// <summary>The neighbours of a row as they are now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<int> Neighbours(int row)
    {
        var list = (int*)(Vertex(row) + _codeBytes);
        return new ReadOnlySpan<int>(list + 1, Volatile.Read(ref *list));
    }

    /// <summary>Writer only. Entries first, then the count, so that a reader never runs into entries that are not there yet.</summary>
    public void SetNeighbours(int row, ReadOnlySpan<int> neighbours)
    {
        var list = (int*)(Vertex(row) + _codeBytes);
        neighbours.CopyTo(new Span<int>(list + 1, Degree));
        Volatile.Write(ref *list, neighbours.Length);
    }

    /// <summary>Writer only.</summary>
    /// <returns>False when the list is full.</returns>
    public bool TryAddNeighbour(int row, int neighbour)
    {
        var list = (int*)(Vertex(row) + _codeBytes);
        var count = *list;
        if (count == Degree)
            return false;
        list[1 + count] = neighbour;
        Volatile.Write(ref *list, count + 1);
        return true;
    }

    /// <summary>
    /// Takes over vertices that lie one behind the other in memory that may be written, as a private mapping of a file can.
    /// Full blocks stay where they are; the last, begun one is copied, since it grows.
    /// </summary>
    /// <param name="first">The first vertex.</param>
    /// <param name="count">Vertices there.</param>
    /// <param name="mapping">Kept as long as the store: whoever holds the store holds the memory.</param>
    public void Adopt(byte* first, int count, IDisposable mapping)
    {
        if (Count > 0)
            throw new InvalidOperationException("Only an empty store can take over vertices.");
        _mapping = mapping;
        var blockBytes = (long)Stride << BlockShift;
        var full = count >> BlockShift;
        _bases = [.. Enumerable.Range(0, full).Select(block => (nint)(first + (block * blockBytes)))];
        if ((count & BlockMask) != 0)
        {
            AddBlock();
            Buffer.MemoryCopy(first + (full * blockBytes), (byte*)_bases[full], blockBytes, (long)(count & BlockMask) * Stride);
        }

        Count = count;
    }

    /// <summary>Writer only: a new vertex without neighbours, whose code the caller writes before anybody can reach it.</summary>
    public int Append()
    {
        if (Count >> BlockShift == _bases.Length)
            AddBlock();
        return Count++;
    }

    private void AddBlock()
    {
        var block = new NativeBlock((long)Stride << BlockShift);
        _owners = [.. _owners, block];
        Volatile.Write(ref _bases, [.. _bases, (nint)block.Pointer]);
    }
}

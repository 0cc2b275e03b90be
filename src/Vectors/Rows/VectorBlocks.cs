using System.Numerics;

namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// The vectors, row after row in blocks of about a mebibyte: large enough to stream, small enough that a small index
/// does not pay for a large one. The rules of sharing with readers are those of <see cref="Column{T}"/>; rows never change.
/// </summary>
internal sealed unsafe class VectorBlocks
{
    /// <summary>The first blocks lie on the heap whatever was chosen, so that a small shard needs no file: about as many rows as are scanned without codes.</summary>
    internal const long HeapBytes = 8 << 20;

    /// <summary>Floats of a full block, about.</summary>
    private const int BlockFloats = 1 << 18;

    /// <summary>A block starts at a multiple of 64 rows, so that words of a <see cref="Filters.DocumentSet"/> do not straddle blocks.</summary>
    private const int MinShift = 6;

    /// <summary>The first block starts with so many rows and doubles until it is full: many indexes stay small.</summary>
    private const int FirstRows = 1;

    private readonly int _dimensions;
    private readonly IVectorMemory _memory;

    /// <summary>Blocks that were reserved and are not needed yet.</summary>
    private readonly Queue<VectorMemory> _reserved = new();
    private VectorMemory[] _blocks;
    private long _firstRows = FirstRows;

    public VectorBlocks(int dimensions, IVectorMemory memory)
    {
        _dimensions = dimensions;
        _memory = memory;
        Shift = ShiftFor(dimensions);
        _blocks = [HeapVectorMemory.Instance.Allocate(RowBytes * FirstRows)];
        HeapBytesUsed = _blocks[0].Bytes;
    }

    /// <param name="dimensions">Of each row.</param>
    /// <param name="memory">For blocks that come later.</param>
    /// <param name="saved">The rows in blocks; all but the last are full, and are taken as they are. A last one that is not is copied, since it goes on growing.</param>
    /// <param name="count">Of rows.</param>
    public VectorBlocks(int dimensions, IVectorMemory memory, IReadOnlyList<VectorMemory> saved, int count)
        : this(dimensions, memory)
    {
        var full = count >> Shift;
        if (saved.Take(full).Any(block => block.Bytes < BlockBytes) || saved.Count != (count + (1 << Shift) - 1) >> Shift)
            throw new ArgumentException($"{saved.Count} blocks of {1 << Shift} rows for {count} rows.", nameof(saved));
        if (count == 0)
            return;
        HeapBytesUsed = 0;
        _blocks = new VectorMemory[saved.Count];
        for (var block = 0; block < full; block++)
            Take(block, saved[block], BlockBytes);
        _firstRows = 1L << Shift;
        Count = full << Shift;
        if (full < saved.Count)
            CopyLast(saved[full], count - Count);
    }

    /// <summary>Binary logarithm of the rows of a block.</summary>
    public int Shift { get; }

    public int Count { get; private set; }

    /// <summary>What readers index through <see cref="VectorRows"/>.</summary>
    public VectorRows Rows => new(_blocks, Shift, _dimensions);

    /// <summary>Bytes of the blocks on the heap.</summary>
    public long HeapBytesUsed { get; private set; }

    /// <summary>Bytes of the blocks that lie in a file.</summary>
    public long MappedBytes { get; private set; }

    /// <summary>Bytes of the list of blocks.</summary>
    public long ListBytes => _blocks.Length * (long)IntPtr.Size;

    private long RowBytes => (long)_dimensions * sizeof(float);

    private long BlockBytes => RowBytes << Shift;

    /// <summary>Binary logarithm of the rows of a block of such vectors.</summary>
    public static int ShiftFor(int dimensions) => Math.Max(MinShift, BitOperations.Log2((uint)Math.Max(1, BlockFloats / dimensions)));

    /// <summary>Reads full blocks from other memory that holds the same bytes. Views go on reading where they did.</summary>
    /// <param name="first">Number of the first of them.</param>
    /// <param name="same">One block after the other.</param>
    public void Replace(int first, IReadOnlyList<VectorMemory> same)
    {
        // A new list: the old one keeps the memory that views read.
        _blocks = (VectorMemory[])_blocks.Clone();
        for (var i = 0; i < same.Count; i++)
        {
            if (_blocks[first + i].IsMapped)
                MappedBytes -= BlockBytes;
            else
                HeapBytesUsed -= BlockBytes;
            Take(first + i, same[i], BlockBytes);
        }
    }

    /// <summary>Gets the memory that so many more rows take which is not the heap's: appending them cannot fail then.</summary>
    /// <exception cref="IOException">There is no room. Nothing was changed but what stays reserved.</exception>
    public void Reserve(int rows)
    {
        var there = Math.Max(1, (Count + (1 << Shift) - 1) >> Shift);
        var needed = (int)((Count + (long)rows + (1 << Shift) - 1) >> Shift);
        var onHeap = there == 1 ? Math.Max(BlockBytes, HeapBytesUsed) : HeapBytesUsed;
        var elsewhere = 0;
        for (var block = there; block < needed; block++)
        {
            if (onHeap + BlockBytes <= HeapBytes)
                onHeap += BlockBytes;
            else
                elsewhere++;
        }

        while (_reserved.Count < elsewhere)
            _reserved.Enqueue(_memory.Allocate(BlockBytes));
    }

    /// <exception cref="IOException">There is no room for another block. Nothing was written.</exception>
    public void Append(ReadOnlySpan<float> vector)
    {
        var block = Count >> Shift;
        var row = Count & ((1 << Shift) - 1);
        if (row == 0 && block > 0)
            AddBlock(block);
        else if (block == 0 && row == _firstRows)
            GrowFirstBlock();
        var memory = _blocks[block];
        vector.CopyTo(new Span<float>(memory.Pointer + ((long)row * _dimensions), _dimensions));
        GC.KeepAlive(memory);
        Count++;
    }

    private void AddBlock(int block)
    {
        var added = HeapBytesUsed + BlockBytes <= HeapBytes ? HeapVectorMemory.Instance.Allocate(BlockBytes)
            : _reserved.TryDequeue(out var reserved) ? reserved
            : _memory.Allocate(BlockBytes);
        if (block == _blocks.Length)
            Array.Resize(ref _blocks, block * 2);
        Take(block, added, BlockBytes);
    }

    private void Take(int block, VectorMemory memory, long bytes)
    {
        _blocks[block] = memory;
        if (memory.IsMapped)
            MappedBytes += bytes;
        else
            HeapBytesUsed += bytes;
    }

    private void CopyLast(VectorMemory saved, int rows)
    {
        var block = Count >> Shift;
        if (block == 0)
            _firstRows = Math.Min(1L << Shift, BitOperations.RoundUpToPowerOf2((uint)rows));
        var bytes = block == 0 ? _firstRows * RowBytes : BlockBytes;
        var own = HeapVectorMemory.Instance.Allocate(bytes);
        Buffer.MemoryCopy(saved.Pointer, own.Pointer, own.Bytes, rows * RowBytes);
        GC.KeepAlive(saved);
        Take(block, own, bytes);
        Count += rows;
    }

    private void GrowFirstBlock()
    {
        var rows = Math.Min(_firstRows * 2, 1L << Shift);
        var grown = HeapVectorMemory.Instance.Allocate(RowBytes * rows);
        var used = _firstRows * RowBytes;
        Buffer.MemoryCopy(_blocks[0].Pointer, grown.Pointer, grown.Bytes, used);
        GC.KeepAlive(_blocks[0]);
        // A new list: views go on reading the old block, which only theirs keeps now.
        _blocks = [grown];
        HeapBytesUsed += (rows - _firstRows) * RowBytes;
        _firstRows = rows;
    }
}

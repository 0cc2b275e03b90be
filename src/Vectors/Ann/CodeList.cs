using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The rows of one list: blocks of short codes one after the other, and the row number of each slot. The writer appends in
/// place and tells the count last; a reader takes the count first and skips rows that its view does not know. A full list
/// is copied into a larger one; readers of the old one keep it.
/// </summary>
internal sealed unsafe class CodeList
{
    private readonly object _owner;
    private readonly int _blockBytes;
    private int _count;

    /// <param name="blocks">Room for so many blocks of rows.</param>
    /// <param name="blockBytes">Bytes of the codes of a block.</param>
    public CodeList(int blocks, int blockBytes)
    {
        // Pinned, so that its address is for life; kept alive by this list, and the list by whoever reads it.
        var memory = GC.AllocateArray<byte>((blocks * (blockBytes + (LookupKernels.BlockRows * sizeof(int)))) + CacheLine.Bytes, pinned: true);
        _owner = memory;
        _blockBytes = blockBytes;
        Capacity = blocks * LookupKernels.BlockRows;
        Codes = CacheLine.Align((byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref memory[0]));
        Rows = (int*)(Codes + ((long)blocks * blockBytes));
    }

    /// <param name="owner">Keeps the memory; no row can be appended in place.</param>
    /// <param name="codes">Blocks of codes.</param>
    /// <param name="rows">Row numbers.</param>
    /// <param name="count">Of rows.</param>
    /// <param name="blockBytes">Bytes of the codes of a block.</param>
    public CodeList(object owner, byte* codes, int* rows, int count, int blockBytes)
    {
        _owner = owner;
        _blockBytes = blockBytes;
        Codes = codes;
        Rows = rows;
        Capacity = count;
        _count = count;
    }

    public int Capacity { get; }

    public byte* Codes { get; }

    public int* Rows { get; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Memory of its own; none when it reads a mapped file.</summary>
    public long BytesInMemory => _owner is byte[] memory ? memory.Length : 0;

    /// <summary>What it reads of a mapped file.</summary>
    public long BytesMapped => _owner is byte[]? 0 : (Blocks * (long)_blockBytes) + (Capacity * (long)sizeof(int));

    public int Blocks => (Count + LookupKernels.BlockRows - 1) / LookupKernels.BlockRows;

    /// <summary>Appends a row; there is room.</summary>
    public void Append(int row, ReadOnlySpan<byte> codes)
    {
        var block = _count / LookupKernels.BlockRows;
        GroupCodebooks.Store(codes, _count % LookupKernels.BlockRows, new Span<byte>(Codes + ((long)block * _blockBytes), _blockBytes));
        Rows[_count] = row;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The same rows with room for half as many more.</summary>
    public CodeList Grown()
    {
        var grown = new CodeList(Blocks + 1 + (Blocks / 2), _blockBytes);
        new Span<byte>(Codes, Blocks * _blockBytes).CopyTo(new Span<byte>(grown.Codes, Blocks * _blockBytes));
        new Span<int>(Rows, _count).CopyTo(new Span<int>(grown.Rows, _count));
        grown._count = _count;
        return grown;
    }
}

namespace ClipOrleans.Vectors.Ann;

/// <summary>The 8-bit codes by row number, in blocks that never move. The rules of sharing with readers are those of <see cref="Rows.Column{T}"/>.</summary>
internal sealed unsafe class RowCodes
{
    private const int Shift = 12;

    /// <summary>The codes of so many rows follow each other, from each multiple of it on.</summary>
    internal const int BlockRows = 1 << Shift;

    private readonly int _bytes;
    private Block[] _blocks = [];

    /// <param name="bytes">Of a code.</param>
    public RowCodes(int bytes) => _bytes = bytes;

    /// <param name="owner">Keeps the memory.</param>
    /// <param name="codes">Codes of consecutive rows from 0 on.</param>
    /// <param name="count">Rows.</param>
    /// <param name="bytes">Of a code.</param>
    public RowCodes(object owner, byte* codes, int count, int bytes)
        : this(bytes)
    {
        _blocks = new Block[(count + BlockRows - 1) >> Shift];
        for (var block = 0; block < _blocks.Length; block++)
            _blocks[block] = new Block(owner, codes + ((long)block * BlockRows * bytes));
        if ((count & (BlockRows - 1)) != 0)
        {
            // The last block goes on growing, so it needs memory of its own.
            var last = NewBlock();
            var used = (count & (BlockRows - 1)) * bytes;
            new Span<byte>(_blocks[^1].Codes, used).CopyTo(new Span<byte>(last.Codes, used));
            _blocks[^1] = last;
        }
    }

    public long BytesInMemory => _blocks.Sum(static block => (block.Owner as NativeBlock)?.Bytes ?? 0);

    /// <summary>What it reads of a mapped file.</summary>
    public long BytesMapped => _blocks.Count(static block => block.Owner is not NativeBlock) * (long)BlockRows * _bytes;

    public sbyte* this[int row]
    {
        get
        {
            var block = Volatile.Read(ref _blocks)[row >> Shift];
            return (sbyte*)block.Codes + ((long)(row & (BlockRows - 1)) * _bytes);
        }
    }

    /// <summary>The place of a row; rows are asked for in rising order, one thread at a time.</summary>
    public Span<sbyte> Append(int row)
    {
        EnsureRoom(row + 1);
        return new Span<sbyte>(this[row], _bytes);
    }

    /// <summary>Room for so many rows, so that several threads may write different ones.</summary>
    public void EnsureRoom(int rows)
    {
        var wanted = (rows + BlockRows - 1) >> Shift;
        if (wanted <= _blocks.Length)
            return;
        var blocks = new Block[wanted];
        _blocks.CopyTo(blocks, 0);
        for (var block = _blocks.Length; block < wanted; block++)
            blocks[block] = NewBlock();
        Volatile.Write(ref _blocks, blocks);
    }

    private Block NewBlock()
    {
        var memory = new NativeBlock((long)BlockRows * _bytes);
        return new Block(memory, memory.Pointer);
    }

    private readonly struct Block(object owner, byte* codes)
    {
        public object Owner { get; } = owner;

        public byte* Codes { get; } = codes;
    }
}

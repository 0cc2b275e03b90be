namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Append-only blocks of values, one a row. The writer appends in place: readers cut at the row count of their view, so
/// what lies beyond it is invisible. Only a change of a published row copies its block, and the list of blocks with it.
/// </summary>
/// <remarks>
/// Storing a reference publishes the object behind it (the .NET memory model), so a reader that finds a grown first
/// block in its list of blocks finds it filled.
/// </remarks>
internal sealed class Column<T>
{
    public const int Shift = 12;
    public const int BlockRows = 1 << Shift;
    private const int Mask = BlockRows - 1;

    /// <summary>Rows the first block starts with: many indexes stay small, and each has several shards.</summary>
    private const int FirstRows = 64;

    private readonly HashSet<int> _copiedBlocks = [];
    private T[][] _blocks = [new T[FirstRows]];
    private bool _isListShared;
    private int _publishedRows;

    public int Count { get; private set; }

    /// <summary>What readers index with <see cref="At"/>.</summary>
    public T[][] Blocks => _blocks;

    public long Bytes(int bytesPerValue)
    {
        var used = (Count + Mask) >> Shift;
        var rows = used <= 1 ? _blocks[0].Length : (long)used * BlockRows;
        return (rows * bytesPerValue) + (_blocks.Length * (long)IntPtr.Size);
    }

    public static ref readonly T At(T[][] blocks, int row) => ref blocks[row >> Shift][row & Mask];

    public void Append(T value)
    {
        var block = Count >> Shift;
        var offset = Count & Mask;
        if (offset == 0 && block > 0)
            AddBlock(block);
        else if (block == 0 && offset == _blocks[0].Length)
            GrowFirstBlock();
        _blocks[block][offset] = value;
        Count++;
    }

    public void AppendAll(ReadOnlySpan<T> values)
    {
        while (!values.IsEmpty)
        {
            Append(values[0]);
            var block = _blocks[(Count - 1) >> Shift];
            var used = ((Count - 1) & Mask) + 1;
            var more = Math.Min(values.Length - 1, block.Length - used);
            values.Slice(1, more).CopyTo(block.AsSpan(used));
            Count += more;
            values = values[(1 + more)..];
        }
    }

    /// <summary>Changes a row; views published before keep what they have.</summary>
    public void Set(int row, T value)
    {
        var block = row >> Shift;
        if (row < _publishedRows && _copiedBlocks.Add(block))
        {
            if (_isListShared)
            {
                _blocks = (T[][])_blocks.Clone();
                _isListShared = false;
            }

            _blocks[block] = (T[])_blocks[block].Clone();
        }

        _blocks[block][row & Mask] = value;
    }

    public T[][] Publish()
    {
        _isListShared = true;
        _publishedRows = Count;
        _copiedBlocks.Clear();
        return _blocks;
    }

    private void AddBlock(int block)
    {
        if (block == _blocks.Length)
        {
            Array.Resize(ref _blocks, block * 2);
            _isListShared = false;
        }

        _blocks[block] = new T[BlockRows];
    }

    private void GrowFirstBlock()
    {
        var grown = new T[_blocks[0].Length * 2];
        _blocks[0].CopyTo(grown, 0);
        _blocks[0] = grown;
    }
}

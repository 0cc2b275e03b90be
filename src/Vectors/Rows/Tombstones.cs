namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Which rows are dead: one bit a row in chunks, absent where all live. A published chunk is copied before it changes,
/// so each view keeps its own truth.
/// </summary>
internal sealed class Tombstones
{
    public const int ChunkShift = 12;
    public const int ChunkWords = 1 << (ChunkShift - 6);

    private readonly HashSet<int> _ownChunks = [];
    private ulong[]?[] _chunks = [];
    private bool _isListShared;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public bool Contains(int row) => Contains(_chunks, row);

    public static bool Contains(ulong[]?[] chunks, int row)
    {
        var index = row >> ChunkShift;
        return index < chunks.Length && chunks[index] is { } chunk && (chunk[(row >> 6) & (ChunkWords - 1)] & (1UL << row)) != 0;
    }

    /// <summary>Marks a live row dead.</summary>
    public void Add(int row)
    {
        var index = row >> ChunkShift;
        if (index >= _chunks.Length)
        {
            Array.Resize(ref _chunks, Math.Max(index + 1, _chunks.Length * 2));
            _isListShared = false;
        }
        else if (_isListShared)
        {
            _chunks = (ulong[]?[])_chunks.Clone();
            _isListShared = false;
        }

        if (_chunks[index] is not { } chunk)
        {
            chunk = new ulong[ChunkWords];
            Bytes += ChunkWords * sizeof(ulong);
            _chunks[index] = chunk;
            _ownChunks.Add(index);
        }
        else if (_ownChunks.Add(index))
        {
            chunk = (ulong[])chunk.Clone();
            _chunks[index] = chunk;
        }

        chunk[(row >> 6) & (ChunkWords - 1)] |= 1UL << row;
        Count++;
    }

    /// <summary>Takes one bit a row; nothing is dead yet.</summary>
    public void Restore(ReadOnlySpan<ulong> words)
    {
        for (var at = 0; at < words.Length; at++)
        {
            for (var word = words[at]; word != 0; word &= word - 1)
                Add((at << 6) + System.Numerics.BitOperations.TrailingZeroCount(word));
        }
    }

    public ulong[]?[] Publish()
    {
        _isListShared = true;
        _ownChunks.Clear();
        return _chunks;
    }
}

using System.Runtime.CompilerServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>One bit a row: small enough to stay in the cache near the core. Cleared by what was set, not as a whole.</summary>
internal sealed class VisitedRows
{
    private ulong[] _words = [];
    private int[] _set = new int[4096];
    private int _count;

    public ReadOnlySpan<int> Rows => _set.AsSpan(0, _count);

    public long BytesInMemory => (_words.Length * (long)sizeof(ulong)) + (_set.Length * (long)sizeof(int));

    public void Reset(int rows)
    {
        foreach (var row in _set.AsSpan(0, _count))
            _words[row >> 6] = 0;
        _count = 0;
        var words = (rows + 63) >> 6;
        if (_words.Length < words)
            _words = new ulong[Math.Max(words, _words.Length * 5 / 4)];
    }

    /// <returns>False when the row was there already.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int row)
    {
        ref var word = ref _words[row >> 6];
        var bit = 1UL << row;
        if ((word & bit) != 0)
            return false;
        word |= bit;
        if (_count == _set.Length)
            Array.Resize(ref _set, _count * 2);
        _set[_count++] = row;
        return true;
    }
}

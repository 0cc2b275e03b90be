using System.Runtime.CompilerServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The best rows a search has met, best first, in one sorted array. The key's flag says that a row's neighbours are still
/// to be looked at. Up to a thousand rows, moving the tail costs less than a heap's jumps.
/// </summary>
internal sealed class CandidatePool
{
    private ulong[] _keys = new ulong[256];
    private int _capacity;
    private int _cursor;

    public int Count { get; private set; }

    /// <summary>A score below this is not kept.</summary>
    public int Threshold { get; private set; }

    public bool IsFull => Count == _capacity;

    public long BytesInMemory => _keys.Length * (long)sizeof(ulong);

    public void Reset(int capacity)
    {
        Count = 0;
        _cursor = 0;
        KeepBest(capacity);
    }

    /// <summary>Goes on with the best of what was found so far and another number of rows to keep.</summary>
    public void KeepBest(int capacity)
    {
        if (_keys.Length < capacity + 1)
            Array.Resize(ref _keys, capacity + 1);
        _capacity = capacity;
        Count = Math.Min(Count, capacity);
        Threshold = IsFull && Count > 0 ? ScoreAt(Count - 1) : int.MinValue;
    }

    public int RowAt(int index) => CandidateKey.Row(_keys[index]);

    public int ScoreAt(int index) => CandidateKey.Score(_keys[index]);

    /// <summary>Keeps the row, open, if it is among the best. A row is offered once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int score, int row)
    {
        if (score >= Threshold)
            Insert(CandidateKey.Of(score, row) | CandidateKey.Flag);
    }

    /// <summary>Closes the best open row.</summary>
    public bool TryTakeBest(out int row)
    {
        for (; _cursor < Count; _cursor++)
        {
            var key = _keys[_cursor];
            if ((key & CandidateKey.Flag) == 0)
                continue;
            _keys[_cursor++] = key & ~CandidateKey.Flag;
            row = CandidateKey.Row(key);
            return true;
        }

        row = -1;
        return false;
    }

    private void Insert(ulong key)
    {
        var keys = _keys;
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (keys[middle] > key)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == _capacity)
            return;
        var moved = Math.Min(Count, _capacity - 1) - low;
        keys.AsSpan(low, moved).CopyTo(keys.AsSpan(low + 1));
        keys[low] = key;
        if (!IsFull)
            Count++;
        if (IsFull)
            Threshold = ScoreAt(Count - 1);
        _cursor = Math.Min(_cursor, low);
    }
}

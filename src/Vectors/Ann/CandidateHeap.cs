namespace ClipOrleans.Vectors.Ann;

/// <summary>Rows whose neighbours are still to be looked at, as many as there are, best first out: a binary heap.</summary>
internal sealed class CandidateHeap
{
    private ulong[] _keys = new ulong[256];

    public int Count { get; private set; }

    public long BytesInMemory => _keys.Length * (long)sizeof(ulong);

    public void Clear() => Count = 0;

    public void Push(int score, int row)
    {
        if (Count == _keys.Length)
            Array.Resize(ref _keys, Count * 2);
        var key = CandidateKey.Of(score, row);
        var at = Count++;
        for (; at > 0 && _keys[(at - 1) / 2] < key; at = (at - 1) / 2)
            _keys[at] = _keys[(at - 1) / 2];
        _keys[at] = key;
    }

    public bool TryPop(out int score, out int row)
    {
        if (Count == 0)
        {
            (score, row) = (0, -1);
            return false;
        }

        (score, row) = (CandidateKey.Score(_keys[0]), CandidateKey.Row(_keys[0]));
        var last = _keys[--Count];
        var at = 0;
        for (var child = 1; child < Count; child = (2 * at) + 1)
        {
            if (child + 1 < Count && _keys[child + 1] > _keys[child])
                child++;
            if (_keys[child] <= last)
                break;
            _keys[at] = _keys[child];
            at = child;
        }

        _keys[at] = last;
        return true;
    }
}

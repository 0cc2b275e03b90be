using System.Buffers;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.TopK;

/// <summary>
/// The best rows so far, bounded, in pooled memory: a heap with the worst hit (by <see cref="HitOrder"/>) on top.
/// Ids are looked at only when scores are equal. Dispose to give the memory back.
/// </summary>
internal sealed class TopKHeap : IDisposable
{
    private readonly string[][] _ids;
    private readonly int _capacity;
    private float[] _scores;
    private int[] _rows;
    private int _count;

    /// <summary>What a candidate must reach: the least score asked for, or, once full, the worst hit's.</summary>
    private float _floor;

    public TopKHeap(int capacity, float minScore, string[][] ids)
    {
        _ids = ids;
        _capacity = capacity;
        _floor = minScore;
        _scores = ArrayPool<float>.Shared.Rent(capacity);
        _rows = ArrayPool<int>.Shared.Rent(capacity);
    }

    public void Offer(float score, int row)
    {
        // Most candidates of a scan end here; a NaN would too.
        if (!(score >= _floor))
            return;
        if (_count < _capacity)
        {
            _scores[_count] = score;
            _rows[_count] = row;
            SiftUp(_count++);
        }
        else if (_capacity > 0 && IsWorse(_scores[0], _rows[0], score, row))
        {
            _scores[0] = score;
            _rows[0] = row;
            SiftDown();
        }
        else
        {
            return;
        }

        if (_count == _capacity)
            _floor = _scores[0];
    }

    /// <summary>Empties the heap into an array in <see cref="HitOrder"/>.</summary>
    public RowHit[] Drain(long[][] locators)
    {
        var hits = new RowHit[_count];
        for (var i = hits.Length - 1; i >= 0; i--)
        {
            var row = _rows[0];
            hits[i] = new RowHit(row, Column<string>.At(_ids, row), _scores[0], Column<long>.At(locators, row));
            _count--;
            _scores[0] = _scores[_count];
            _rows[0] = _rows[_count];
            SiftDown();
        }

        return hits;
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_scores);
        ArrayPool<int>.Shared.Return(_rows);
        _scores = [];
        _rows = [];
        _count = 0;
    }

    private bool IsWorse(float scoreA, int rowA, float scoreB, int rowB)
    {
        if (scoreA != scoreB)
            return scoreA < scoreB;
        return string.CompareOrdinal(Column<string>.At(_ids, rowA), Column<string>.At(_ids, rowB)) > 0;
    }

    private void SiftUp(int child)
    {
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!IsWorse(_scores[child], _rows[child], _scores[parent], _rows[parent]))
                return;
            Swap(child, parent);
            child = parent;
        }
    }

    private void SiftDown()
    {
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= _count)
                return;
            if (child + 1 < _count && IsWorse(_scores[child + 1], _rows[child + 1], _scores[child], _rows[child]))
                child++;
            if (!IsWorse(_scores[child], _rows[child], _scores[parent], _rows[parent]))
                return;
            Swap(child, parent);
            parent = child;
        }
    }

    private void Swap(int a, int b)
    {
        (_scores[a], _scores[b]) = (_scores[b], _scores[a]);
        (_rows[a], _rows[b]) = (_rows[b], _rows[a]);
    }
}

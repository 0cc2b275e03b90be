using System.Runtime.CompilerServices;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The best scores met so far, unordered: offers go to the end; when it is full, the best wanted ones are picked out and
/// the least of them becomes the bar for what follows. Cheaper than a heap where nearly every offer is below the bar.
/// </summary>
internal sealed class CandidateBuffer
{
    /// <summary>Room for so many times the wanted: the larger, the rarer a picking out.</summary>
    private const int Slack = 3;

    private float[] _scores = [];
    private int[] _rows = [];
    private int _wanted;

    public int Count { get; private set; }

    /// <summary>Scores below it can no longer be among the wanted.</summary>
    public float Bar { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    public ReadOnlySpan<float> Scores => _scores.AsSpan(0, Count);

    public void Reset(int wanted)
    {
        _wanted = wanted;
        Count = 0;
        Bar = float.NegativeInfinity;
        if (_scores.Length < Slack * wanted)
        {
            _scores = new float[Slack * wanted];
            _rows = new int[Slack * wanted];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(float score, int row)
    {
        _scores[Count] = score;
        _rows[Count] = row;
        if (++Count == Slack * _wanted)
            Trim();
    }

    /// <summary>Keeps the wanted best only.</summary>
    public void Trim()
    {
        if (Count <= _wanted)
            return;
        Partition(_wanted);
        Count = _wanted;
        var bar = float.PositiveInfinity;
        foreach (var score in Scores)
            bar = Math.Min(bar, score);
        Bar = bar;
    }

    /// <summary>The score of this rank, 1 for the best; minus infinity while there are fewer. Reorders the rest.</summary>
    public float ScoreAt(int rank)
    {
        if (Count < rank)
            return float.NegativeInfinity;
        Partition(rank);
        var least = float.PositiveInfinity;
        foreach (var score in _scores.AsSpan(0, rank))
            least = Math.Min(least, score);
        return least;
    }

    /// <summary>Brings the best so many to the front: quickselect, equal scores by row, so that the outcome does not depend on the order.</summary>
    private void Partition(int best)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var (pivot, pivotRow) = (_scores[middle], _rows[middle]);
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (Precedes(_scores[left], _rows[left], pivot, pivotRow))
                    left++;
                while (Precedes(pivot, pivotRow, _scores[right], _rows[right]))
                    right--;
                if (left > right)
                    break;
                (_scores[left], _scores[right]) = (_scores[right], _scores[left]);
                (_rows[left], _rows[right]) = (_rows[right], _rows[left]);
                left++;
                right--;
            }

            if (best <= right + 1)
            {
                if (best == right + 1)
                    return;
                high = right;
            }
            else if (best > left)
            {
                low = left;
            }
            else
            {
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Precedes(float score, int row, float other, int otherRow) => score > other || (score == other && row < otherRow);
}

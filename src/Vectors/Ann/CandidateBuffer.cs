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
    private int[] _onBar = [];
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
            _onBar = new int[Slack * wanted];
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

    /// <summary>Keeps the wanted best only: equal scores by row, so that the outcome does not depend on the order.</summary>
    public void Trim()
    {
        if (Count <= _wanted)
            return;
        Bar = RankSelect.ScoreAt(Scores, _wanted);
        Keep(Bar, int.MaxValue);
        if (Count > _wanted)
            Keep(Bar, LastRowOnBar());
    }

    /// <summary>The score of this rank, 1 for the best; minus infinity while there are fewer.</summary>
    public float ScoreAt(int rank) => Count < rank ? float.NegativeInfinity : RankSelect.ScoreAt(Scores, rank);

    /// <summary>Keeps what lies above the bar, and of what lies on it the rows up to the last one.</summary>
    private void Keep(float bar, int lastRow)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var (score, row) = (_scores[i], _rows[i]);
            _scores[kept] = score;
            _rows[kept] = row;
            // No jump: which offers stay cannot be foretold.
            kept += (score > bar ? 1 : 0) | ((score == bar ? 1 : 0) & (row <= lastRow ? 1 : 0));
        }

        Count = kept;
    }

    /// <summary>More lie on the bar than are wanted: the last row of those that are.</summary>
    private int LastRowOnBar()
    {
        var onBar = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_scores[i] == Bar)
                _onBar[onBar++] = _rows[i];
        }

        _onBar.AsSpan(0, onBar).Sort();
        return _onBar[_wanted - (Count - onBar) - 1];
    }
}

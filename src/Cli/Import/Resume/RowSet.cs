namespace ClipOrleans.Cli.Import.Resume;

/// <summary>Row numbers as disjoint ascending ranges: a million rows with three gaps are four ranges.</summary>
internal sealed class RowSet
{
    private readonly List<RowRange> _ranges = [];

    public RowSet()
    {
    }

    /// <exception cref="ArgumentException">The ranges overlap, touch or are not in order.</exception>
    public RowSet(IEnumerable<RowRange> ranges)
    {
        foreach (var range in ranges)
        {
            if (range.From < 1 || range.To < range.From || (_ranges.Count > 0 && range.From <= _ranges[^1].To + 1))
                throw new ArgumentException($"The range {range.From} to {range.To} is out of order.", nameof(ranges));
            _ranges.Add(range);
            Count += range.To - range.From + 1;
        }
    }

    public IReadOnlyList<RowRange> Ranges => _ranges;

    public long Count { get; private set; }

    public bool Contains(long row)
    {
        var at = Find(row);
        return at >= 0 && row <= _ranges[at].To;
    }

    public void Add(long row)
    {
        var at = Find(row);
        if (at >= 0 && row <= _ranges[at].To)
            return;
        Count++;
        var joinsBefore = at >= 0 && _ranges[at].To == row - 1;
        var joinsAfter = at + 1 < _ranges.Count && _ranges[at + 1].From == row + 1;
        if (joinsBefore && joinsAfter)
        {
            _ranges[at] = new RowRange(_ranges[at].From, _ranges[at + 1].To);
            _ranges.RemoveAt(at + 1);
        }
        else if (joinsBefore)
        {
            _ranges[at] = _ranges[at] with { To = row };
        }
        else if (joinsAfter)
        {
            _ranges[at + 1] = _ranges[at + 1] with { From = row };
        }
        else
        {
            _ranges.Insert(at + 1, new RowRange(row, row));
        }
    }

    /// <summary>The last range that begins at or before the row; -1 when there is none.</summary>
    private int Find(long row)
    {
        var (low, high) = (0, _ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].From <= row)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }
}

/// <summary>Rows from one number to another, both included.</summary>
internal readonly record struct RowRange(long From, long To);

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// A thin sample of the rows, scanned in sequence to find where a search begins. Unlike the upper levels of a hierarchy
/// it does not assume that queries are distributed as the rows are: a text's best entries are found among all pivots, not
/// by a walk that images shaped. About two times the square root of the rows; every n-th row in order of insertion.
/// </summary>
internal sealed class PivotTable
{
    private const int MinCount = 64;
    private int[] _rows = new int[MinCount];
    private int _count;

    /// <summary>Rows from one pivot to the next.</summary>
    public int Step { get; private set; } = 1;

    /// <summary>As they are now; later pivots do not change what was handed out.</summary>
    public ReadOnlyMemory<int> Rows => _rows.AsMemory(0, _count);

    public long BytesInMemory => _rows.Length * (long)sizeof(int);

    public static int Wanted(int rows) => Math.Max(MinCount, (int)(2 * Math.Sqrt(rows)));

    /// <summary>Row <paramref name="row"/> was appended.</summary>
    public void Add(int row)
    {
        if (row % Step != 0)
            return;
        if (_count >= 2 * Wanted(row + 1))
        {
            Step *= 2;
            var kept = 0;
            var thinned = new int[_rows.Length];
            foreach (var pivot in Rows.Span)
            {
                if (pivot % Step == 0)
                    thinned[kept++] = pivot;
            }

            (_rows, _count) = (thinned, kept);
            if (row % Step != 0)
                return;
        }

        if (_count == _rows.Length)
            Array.Resize(ref _rows, _count * 2);
        _rows[_count++] = row;
    }
}

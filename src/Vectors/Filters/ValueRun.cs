using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Filters;

/// <summary>Entries (key, row) sorted by key, then row; for places the key is the latitude and the longitude stands beside it.</summary>
internal sealed record ValueRun(long[] Keys, int[] Rows, double[]? Longitudes)
{
    /// <summary>Null for places, and for a run too short or too thin for it.</summary>
    private readonly RowPrefixes? _prefixes = Longitudes is null ? RowPrefixes.Of(Rows) : null;

    public int Length => Keys.Length;

    public long Bytes => (Keys.Length * (long)sizeof(long)) + (Rows.Length * (long)sizeof(int)) + ((Longitudes?.Length ?? 0) * (long)sizeof(double)) + (_prefixes?.Bytes ?? 0);

    /// <summary>Adds the rows at these positions.</summary>
    public void UnionInto(int start, int end, Span<ulong> words)
    {
        if (_prefixes is null || end - start < RowPrefixes.LeastLength / 8)
            RowPrefixes.Add(Rows.AsSpan(start, end - start), words);
        else
            _prefixes.UnionInto(Rows, start, end, words);
    }

    /// <summary>The first position whose key is at least this.</summary>
    public int LowerBound(long key)
    {
        int low = 0, high = Keys.Length;
        while (low < high)
        {
            var middle = low + ((high - low) >> 1);
            if (Keys[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>One run out of two; rows already dead are dead in every later view and left out.</summary>
    public static ValueRun Merge(ValueRun first, ValueRun second, Tombstones dead)
    {
        var size = first.Length + second.Length;
        var keys = new long[size];
        var rows = new int[size];
        var longitudes = first.Longitudes is null ? null : new double[size];
        int count = 0, i = 0, j = 0;
        while (i < first.Length || j < second.Length)
        {
            var fromFirst = j == second.Length || (i < first.Length && Comes(first, i, second, j));
            var (run, position) = fromFirst ? (first, i++) : (second, j++);
            if (dead.Contains(run.Rows[position]))
                continue;
            keys[count] = run.Keys[position];
            rows[count] = run.Rows[position];
            if (longitudes is not null)
                longitudes[count] = run.Longitudes![position];
            count++;
        }

        return Trimmed(keys, rows, longitudes, count);
    }

    /// <summary>The same entries over rows with other numbers, in the same order; negative ones are gone.</summary>
    public ValueRun Renumbered(int[] newRows)
    {
        var keys = new long[Length];
        var rows = new int[Length];
        var longitudes = Longitudes is null ? null : new double[Length];
        var count = 0;
        for (var i = 0; i < Length; i++)
        {
            if (newRows[Rows[i]] < 0)
                continue;
            keys[count] = Keys[i];
            rows[count] = newRows[Rows[i]];
            if (longitudes is not null)
                longitudes[count] = Longitudes![i];
            count++;
        }

        return Trimmed(keys, rows, longitudes, count);
    }

    private static bool Comes(ValueRun first, int i, ValueRun second, int j) =>
        first.Keys[i] < second.Keys[j] || (first.Keys[i] == second.Keys[j] && first.Rows[i] < second.Rows[j]);

    private static ValueRun Trimmed(long[] keys, int[] rows, double[]? longitudes, int count)
    {
        if (count < keys.Length)
        {
            Array.Resize(ref keys, count);
            Array.Resize(ref rows, count);
            if (longitudes is not null)
                Array.Resize(ref longitudes, count);
        }

        return new ValueRun(keys, rows, longitudes);
    }
}

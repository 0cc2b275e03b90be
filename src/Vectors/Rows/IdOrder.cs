namespace ClipOrleans.Vectors.Rows;

/// <summary>Rows in the order of their ids (UTF-16 code units), as sorted runs of row numbers.</summary>
internal sealed class IdOrder
{
    private readonly RunStack<int[]> _runs;
    private readonly List<int> _pending = [];
    private readonly Column<string> _ids;
    private readonly Tombstones _dead;

    public IdOrder(Column<string> ids, Tombstones dead)
    {
        _ids = ids;
        _dead = dead;
        _runs = new RunStack<int[]>(static run => run.Length, Merge);
    }

    public long Bytes => (_runs.Runs.Sum(static run => (long)run.Length) + _pending.Capacity) * sizeof(int);

    public void Append(int row) => _pending.Add(row);

    /// <summary>Sorts what came since the last time into the runs. Rows already dead are dead in every later view: left out.</summary>
    public int[][] Flush()
    {
        if (_pending.Count > 0)
        {
            int[] run = [.. _pending.Where(row => !_dead.Contains(row))];
            _pending.Clear();
            var ids = _ids.Blocks;
            Array.Sort(run, (a, b) => string.CompareOrdinal(Column<string>.At(ids, a), Column<string>.At(ids, b)));
            _runs.Push(run);
        }

        return _runs.ToArray();
    }

    /// <summary>Takes runs as another collection of the same rows had them; the order is empty.</summary>
    public void Restore(int[][] runs)
    {
        foreach (var run in runs)
            _runs.Restore(run);
    }

    /// <summary>Takes over the runs of another collection, whose rows have other numbers here.</summary>
    public void Adopt(IdOrder other, int[] newRows)
    {
        other.Flush();
        foreach (var run in other._runs.Runs)
            _runs.Push([.. run.Select(row => newRows[row]).Where(static row => row >= 0)]);
    }

    /// <summary>The first position in a run whose id comes after this one.</summary>
    public static int PositionAfter(int[] run, string[][] ids, string id)
    {
        int low = 0, high = run.Length;
        while (low < high)
        {
            var middle = low + ((high - low) >> 1);
            if (string.CompareOrdinal(Column<string>.At(ids, run[middle]), id) <= 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int[] Merge(int[] first, int[] second)
    {
        var ids = _ids.Blocks;
        var merged = new int[first.Length + second.Length];
        int count = 0, i = 0, j = 0;
        while (i < first.Length || j < second.Length)
        {
            var fromFirst = j == second.Length || (i < first.Length
                && string.CompareOrdinal(Column<string>.At(ids, first[i]), Column<string>.At(ids, second[j])) <= 0);
            var row = fromFirst ? first[i++] : second[j++];
            if (!_dead.Contains(row))
                merged[count++] = row;
        }

        Array.Resize(ref merged, count);
        return merged;
    }
}

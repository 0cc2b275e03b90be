using System.Numerics;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors.Search;

/// <summary>Gives the rows of a set in id order: merges the sorted runs lazily, or sorts the set when it is tiny.</summary>
internal sealed class IdWalk
{
    /// <summary>Up to here sorting the matches costs less than walking past a large index's other rows.</summary>
    private const int MaxSorted = 1024;

    /// <summary>Rows a match must be among, at least, for sorting to pay.</summary>
    private const int MinRowsPerMatch = 16;

    private readonly int[][] _runs;
    private readonly int[] _positions;
    private readonly string[][] _ids;
    private readonly DocumentSet _set;

    private IdWalk(int[][] runs, int[] positions, string[][] ids, DocumentSet set)
    {
        _runs = runs;
        _positions = positions;
        _ids = ids;
        _set = set;
        for (var run = 0; run < runs.Length; run++)
            SkipOthers(run);
    }

    /// <param name="runs">Sorted by id; together they hold every row of the set once.</param>
    /// <param name="ids">Of the rows.</param>
    /// <param name="set">The rows wanted.</param>
    /// <param name="setCount">How many they are.</param>
    /// <param name="afterId">Starts behind this id; null starts at the beginning.</param>
    public static IdWalk Start(int[][] runs, string[][] ids, DocumentSet set, long setCount, string? afterId)
    {
        if (setCount <= MaxSorted && setCount * MinRowsPerMatch < set.RowCount)
            runs = [Sorted(ids, set, (int)setCount)];
        var positions = new int[runs.Length];
        if (afterId is not null)
        {
            for (var run = 0; run < runs.Length; run++)
                positions[run] = IdOrder.PositionAfter(runs[run], ids, afterId);
        }

        return new IdWalk(runs, positions, ids, set);
    }

    public bool TryNext(out int row)
    {
        var least = -1;
        string? leastId = null;
        for (var run = 0; run < _runs.Length; run++)
        {
            if (_positions[run] == _runs[run].Length)
                continue;
            var id = Column<string>.At(_ids, _runs[run][_positions[run]]);
            if (leastId is null || string.CompareOrdinal(id, leastId) < 0)
            {
                least = run;
                leastId = id;
            }
        }

        if (least < 0)
        {
            row = -1;
            return false;
        }

        row = _runs[least][_positions[least]++];
        SkipOthers(least);
        return true;
    }

    private static int[] Sorted(string[][] ids, DocumentSet set, int count)
    {
        var rows = new int[count];
        var found = 0;
        var words = set.Words;
        for (var word = 0; word < words.Length; word++)
        {
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
                rows[found++] = (word << 6) + BitOperations.TrailingZeroCount(mask);
        }

        Array.Sort(rows, (a, b) => string.CompareOrdinal(Column<string>.At(ids, a), Column<string>.At(ids, b)));
        return rows;
    }

    private void SkipOthers(int run)
    {
        var rows = _runs[run];
        var words = _set.Words;
        var position = _positions[run];
        while (position < rows.Length && ((words[rows[position] >> 6] >> rows[position]) & 1) == 0)
            position++;
        _positions[run] = position;
    }
}

using System.Globalization;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Bench.Filters;

/// <summary>
/// The rows that one query may find: whole cells and the first rows of one more, or a window of the shuffle. Said twice:
/// as the test of a row, which truth is made with, and as the filter that the index is given.
/// </summary>
internal sealed class RowChoice
{
    public const string CellField = "cell";
    public const string DrawField = "draw";

    private readonly CellPartition _partition;
    private readonly bool[] _whole = new bool[CellPartition.CellCount];
    private readonly int _cut = -1;

    /// <summary>Rows of the cut cell, or of all, with a place in the shuffle from here (included) to there (not included).</summary>
    private readonly int _from;
    private readonly int _to;

    private RowChoice(CellPartition partition, int from, int to) => (_partition, _from, _to) = (partition, from, to);

    private RowChoice(CellPartition partition, ReadOnlySpan<int> cells, int count)
    {
        _partition = partition;
        foreach (var cell in cells)
        {
            var members = partition.Members[cell];
            if (members.Count > count)
            {
                (_cut, _to) = (cell, count > 0 ? partition.Draws[members[count - 1]] + 1 : 0);
                return;
            }

            _whole[cell] = true;
            count -= members.Count;
        }
    }

    public static RowChoice Window(CellPartition partition, int count, Random random)
    {
        var from = random.Next(partition.Draws.Length - count + 1);
        return new RowChoice(partition, from, from + count);
    }

    /// <param name="partition">Of the rows.</param>
    /// <param name="cells">In the order in which they are taken.</param>
    /// <param name="count">Rows wanted.</param>
    public static RowChoice Of(CellPartition partition, ReadOnlySpan<int> cells, int count) => new(partition, cells, count);

    public static string NameOf(int cell) => string.Create(CultureInfo.InvariantCulture, $"c{cell}");

    /// <summary>The number that a row has in the field: between two places of the shuffle, so that no bound is a value.</summary>
    public static double NumberOf(int draw, int rows) => (draw + 0.5) / rows;

    public bool Has(int row)
    {
        var cell = _partition.Cells[row];
        if (_whole[cell])
            return true;
        return (_cut < 0 || cell == _cut) && _partition.Draws[row] >= _from && _partition.Draws[row] < _to;
    }

    public Filter Filter()
    {
        var rows = (double)_partition.Draws.Length;
        var window = new RangeFilter(DrawField, FieldValue.OfNumber(_from / rows).Key, FieldValue.OfNumber(_to / rows).Key);
        var whole = Enumerable.Range(0, _whole.Length).Where(cell => _whole[cell]).Select(cell => FieldValue.OfKeyword(NameOf(cell))).ToList();
        if (whole.Count == 0 && _cut < 0)
            return window;
        var cells = new InFilter(CellField, whole);
        return _cut < 0 ? cells : new OrFilter([cells, new AndFilter([new EqualsFilter(CellField, FieldValue.OfKeyword(NameOf(_cut))), window])]);
    }
}

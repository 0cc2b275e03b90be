using System.Numerics.Tensors;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Of a long sorted run, bitmaps of the rows of its first 1/32, 2/32 and so on: a range is the difference of two of them
/// and the few rows at its ends, instead of a write to somewhere for each of its rows.
/// </summary>
internal sealed class RowPrefixes
{
    /// <summary>Shorter runs are added row by row.</summary>
    public const int LeastLength = 16_384;

    private const int Parts = 32;

    private readonly int _firstWord;
    private readonly int _wordCount;
    private readonly int _length;
    private readonly ulong[] _words;

    private RowPrefixes(ReadOnlySpan<int> rows)
    {
        var (first, last) = (TensorPrimitives.Min(rows), TensorPrimitives.Max(rows));
        _length = rows.Length;
        _firstWord = first >> 6;
        _wordCount = (last >> 6) - _firstWord + 1;
        _words = new ulong[Parts * _wordCount];
        for (var part = 0; part < Parts; part++)
        {
            var words = _words.AsSpan(part * _wordCount, _wordCount);
            if (part > 0)
                Prefix(part).CopyTo(words);
            foreach (var row in rows[End(part)..End(part + 1)])
                words[(row >> 6) - _firstWord] |= 1UL << row;
        }
    }

    public long Bytes => _words.Length * (long)sizeof(ulong);

    /// <returns>Null for a short run, and for one whose rows are strewn so thinly that bitmaps would be larger than it.</returns>
    public static RowPrefixes? Of(ReadOnlySpan<int> rows)
    {
        if (rows.Length < LeastLength)
            return null;
        var span = TensorPrimitives.Max(rows) - TensorPrimitives.Min(rows);
        return span / 4 <= rows.Length ? new RowPrefixes(rows) : null;
    }

    /// <summary>Adds the rows at these positions of the run.</summary>
    /// <param name="rows">The run that this was made of.</param>
    /// <param name="start">First position.</param>
    /// <param name="end">Behind the last position.</param>
    /// <param name="words">Bitmap with room for all rows of the run.</param>
    public void UnionInto(ReadOnlySpan<int> rows, int start, int end, Span<ulong> words)
    {
        var from = 0;
        while (End(from) < start)
            from++;
        var to = Parts;
        while (End(to) > end)
            to--;
        if (to <= from)
        {
            Add(rows[start..end], words);
            return;
        }

        Add(rows[start..End(from)], words);
        Add(rows[End(to)..end], words);
        var target = words.Slice(_firstWord, _wordCount);
        var inside = Prefix(to);
        if (from == 0)
        {
            TensorPrimitives.BitwiseOr(target, inside, target);
            return;
        }

        var before = Prefix(from);
        for (var word = 0; word < target.Length; word++)
            target[word] |= inside[word] & ~before[word];
    }

    public static void Add(ReadOnlySpan<int> rows, Span<ulong> words)
    {
        foreach (var row in rows)
            words[row >> 6] |= 1UL << row;
    }

    /// <summary>Rows of the first so many parts; at least one.</summary>
    private ReadOnlySpan<ulong> Prefix(int parts) => _words.AsSpan((parts - 1) * _wordCount, _wordCount);

    private int End(int part) => (int)((long)_length * part / Parts);
}

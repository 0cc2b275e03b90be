using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClipOrleans.Vectors.Filters;

/// <summary>
/// Adds the rows of many ascending lists to one set. One list after the other would walk over the whole set with each of
/// them, and hundreds of thousands of bits are set in memory further away than the first cache; so the set is gone
/// through once, in parts that stay near, with a place in each list.
/// </summary>
internal ref struct ListedUnion : IDisposable
{
    /// <summary>A part of the set takes 16 KiB: half of a small first cache.</summary>
    private const int PartRows = 1 << 17;

    private readonly DocumentSet _set;
    private int[][] _lists;
    private int _count;

    /// <param name="set">Receives the rows below its row count.</param>
    /// <param name="most">Lists at most.</param>
    public ListedUnion(DocumentSet set, int most)
    {
        _set = set;
        _lists = ArrayPool<int[]>.Shared.Rent(Math.Max(1, most));
    }

    /// <summary>One list alone.</summary>
    public static void Add(int[] rows, DocumentSet set) => SetBits(rows, 0, set.RowCount, ref MemoryMarshal.GetReference(set.Words));

    /// <param name="rows">Ascending; may end in numbers above every row.</param>
    public void Add(int[] rows) => _lists[_count++] = rows;

    public readonly void Run()
    {
        var places = ArrayPool<int>.Shared.Rent(Math.Max(1, _count));
        places.AsSpan(0, _count).Clear();
        ref var words = ref MemoryMarshal.GetReference(_set.Words);
        for (var start = 0; start < _set.RowCount; start += PartRows)
        {
            var end = (int)Math.Min(_set.RowCount, start + (long)PartRows);
            for (var i = 0; i < _count; i++)
                places[i] = SetBits(_lists[i], places[i], end, ref words);
        }

        ArrayPool<int>.Shared.Return(places);
    }

    public void Dispose()
    {
        ArrayPool<int[]>.Shared.Return(_lists, clearArray: true);
        _lists = [];
    }

    /// <returns>The first place of the list whose row is not below the end.</returns>
    private static int SetBits(int[] rows, int at, int end, ref ulong words)
    {
        // Rows below the end lie within the set.
        for (; at < rows.Length && rows[at] < end; at++)
            Unsafe.Add(ref words, rows[at] >> 6) |= 1UL << rows[at];
        return at;
    }
}

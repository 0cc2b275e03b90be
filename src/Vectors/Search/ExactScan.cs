using System.Numerics;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors.Search;

/// <summary>Scores rows and offers them to the heap. Cancellation is seen once a block of vectors, about every 100 µs.</summary>
internal static class ExactScan
{
    /// <summary>Scores all rows in the order of memory, skipping only words of 64 rows without a competitor.</summary>
    /// <returns>Rows scored.</returns>
    public static long All(in VectorRows rows, DocumentSet competing, ReadOnlySpan<float> query, TopKHeap heap, CancellationToken cancel)
    {
        var words = competing.Words;
        var scored = 0L;
        for (var word = 0; word < words.Length; word++)
        {
            var first = word << 6;
            if (rows.IsBlockStart(first))
                cancel.ThrowIfCancellationRequested();
            var mask = words[word];
            if (mask == 0)
                continue;
            // Reading the few rows between competitors is cheaper than leaving the stream.
            var end = Math.Min(first + 64, competing.RowCount);
            for (var row = first; row < end; row++)
            {
                var score = Processor.Dot(query, rows[row]);
                if ((mask & (1UL << row)) != 0)
                    heap.Offer(score, row);
            }

            scored += end - first;
        }

        rows.KeepAlive();
        return scored;
    }

    /// <summary>Scores the competing rows only.</summary>
    /// <returns>Rows scored.</returns>
    public static long Matches(in VectorRows rows, DocumentSet competing, ReadOnlySpan<float> query, TopKHeap heap, CancellationToken cancel)
    {
        var words = competing.Words;
        var scored = 0L;
        for (var word = 0; word < words.Length; word++)
        {
            var first = word << 6;
            if (rows.IsBlockStart(first))
                cancel.ThrowIfCancellationRequested();
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
            {
                var row = first + BitOperations.TrailingZeroCount(mask);
                heap.Offer(Processor.Dot(query, rows[row]), row);
                scored++;
            }
        }

        rows.KeepAlive();
        return scored;
    }
}

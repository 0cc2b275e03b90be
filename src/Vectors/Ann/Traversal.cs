using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// Ways through the codes. Each fills the scratch's pool with the best rows below a row count, of which the query's
/// components stand in the scratch.
/// </summary>
internal static unsafe class Traversal
{
    /// <summary>Pivots a search begins with: texts often lie between several neighbourhoods of images.</summary>
    private const int Entries = 8;

    /// <summary>Codes asked for before they are scored.</summary>
    private const int Ahead = 8;

    /// <summary>Best first: always the neighbours of the best row whose neighbours were not looked at, until the pool has none.</summary>
    public static void Plain<TScoring>(VertexStore vertices, ReadOnlySpan<int> pivots, int rowCount, int effort, SearchScratch scratch)
        where TScoring : IScoring
    {
        var codeBytes = vertices.Layout.Bytes;
        var pool = scratch.Pool;
        var query = (short*)Unsafe.AsPointer(ref scratch.Query[0]);
        Enter<TScoring>(vertices, pivots, rowCount, query, scratch);
        pool.KeepBest(effort);
        while (pool.TryTakeBest(out var row))
        {
            foreach (var neighbour in Unvisited(vertices, row, rowCount, scratch))
                pool.Offer(TScoring.Score(query, vertices.Vertex(neighbour), codeBytes), neighbour);
        }
    }

    /// <summary>
    /// Only accepted rows come into the pool, all rows lead the way, and the search ends when no open row is as good as the
    /// worst of a full pool: where the filter thins out the neighbourhood, it goes on until it has found enough.
    /// </summary>
    public static void Filtered<TAcceptance>(
        VertexStore vertices, ReadOnlySpan<int> pivots, int rowCount, int effort, TAcceptance acceptance, SearchScratch scratch)
        where TAcceptance : IAcceptance, allows ref struct
    {
        var codeBytes = vertices.Layout.Bytes;
        var pool = scratch.Pool;
        var frontier = scratch.Frontier;
        var query = (short*)Unsafe.AsPointer(ref scratch.Query[0]);
        Enter<InnerProduct>(vertices, pivots, rowCount, query, scratch);
        frontier.Clear();
        for (var i = 0; i < pool.Count; i++)
            frontier.Push(pool.ScoreAt(i), pool.RowAt(i));
        pool.Reset(effort);
        foreach (var row in scratch.Visited.Rows)
        {
            if (acceptance.Accepts(row))
                pool.Offer(InnerProduct.Score(query, vertices.Vertex(row), codeBytes), row);
        }

        while (frontier.TryPop(out var best, out var row) && best >= pool.Threshold)
        {
            foreach (var neighbour in Unvisited(vertices, row, rowCount, scratch))
            {
                var score = InnerProduct.Score(query, vertices.Vertex(neighbour), codeBytes);
                if (score < pool.Threshold)
                    continue;
                frontier.Push(score, neighbour);
                if (acceptance.Accepts(neighbour))
                    pool.Offer(score, neighbour);
            }
        }
    }

    /// <summary>All rows of the set, no neighbours: what is cheapest when few match.</summary>
    public static void Scan(VertexStore vertices, DocumentSet set, int effort, SearchScratch scratch)
    {
        var codeBytes = vertices.Layout.Bytes;
        var query = (short*)Unsafe.AsPointer(ref scratch.Query[0]);
        var pool = scratch.Pool;
        var words = set.Words;
        pool.Reset(effort);
        for (var word = 0; word < words.Length; word++)
        {
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
                Prefetch(vertices.Vertex((word << 6) + BitOperations.TrailingZeroCount(mask)), codeBytes);
            for (var mask = words[word]; mask != 0; mask &= mask - 1)
            {
                var row = (word << 6) + BitOperations.TrailingZeroCount(mask);
                pool.Offer(InnerProduct.Score(query, vertices.Vertex(row), codeBytes), row);
            }
        }
    }

    private static void Enter<TScoring>(VertexStore vertices, ReadOnlySpan<int> pivots, int rowCount, short* query, SearchScratch scratch)
        where TScoring : IScoring
    {
        var codeBytes = vertices.Layout.Bytes;
        var pool = scratch.Pool;
        scratch.Visited.Reset(rowCount);
        pool.Reset(Entries);
        for (var i = 0; i < pivots.Length && pivots[i] < rowCount; i++)
        {
            if (i + Ahead < pivots.Length)
                Prefetch(vertices.Vertex(pivots[i + Ahead]), codeBytes);
            pool.Offer(TScoring.Score(query, vertices.Vertex(pivots[i]), codeBytes), pivots[i]);
        }

        for (var i = 0; i < pool.Count; i++)
            scratch.Visited.TryAdd(pool.RowAt(i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<int> Unvisited(VertexStore vertices, int row, int rowCount, SearchScratch scratch)
    {
        var batch = scratch.Batch;
        var count = 0;
        foreach (var neighbour in vertices.Neighbours(row))
        {
            if (neighbour >= rowCount || !scratch.Visited.TryAdd(neighbour))
                continue;
            batch[count++] = neighbour;
            Prefetch(vertices.Vertex(neighbour), vertices.Layout.Bytes);
        }

        return batch.AsSpan(0, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* vertex, int codeBytes)
    {
        if (!Sse.IsSupported)
            return;
        for (var offset = 0; offset < codeBytes; offset += 64)
            Sse.Prefetch0(vertex + offset);
    }
}

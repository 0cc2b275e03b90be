using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Ann;

/// <summary>The rows that were published together; any number of threads search it while the writer goes on.</summary>
internal sealed class GraphView
{
    private readonly GraphIndex _index;
    private readonly VertexStore _vertices;
    private readonly ReadOnlyMemory<int> _pivots;

    internal GraphView(GraphIndex index, VertexStore vertices, ReadOnlyMemory<int> pivots, int rowCount)
    {
        _index = index;
        _vertices = vertices;
        _pivots = pivots;
        RowCount = rowCount;
    }

    public int RowCount { get; }

    /// <summary>Candidates among all rows, best first by their codes. They are to be scored again with precise vectors.</summary>
    /// <param name="query">A normalised vector.</param>
    /// <param name="effort">Rows the search keeps: more find more and cost more.</param>
    /// <param name="rows">Receives the candidates: fewer than its length only where the search kept fewer.</param>
    /// <returns>Candidates received.</returns>
    public int Search(ReadOnlySpan<float> query, int effort, Span<int> rows) => Search(query, effort, rows, out _);

    /// <inheritdoc cref="Search(ReadOnlySpan{float}, int, Span{int})"/>
    public int Search(ReadOnlySpan<float> query, int effort, Span<int> rows, out int rowsLookedAt)
    {
        var scratch = Begin(query, effort);
        Traversal.Plain<InnerProduct>(_vertices, _pivots.Span, RowCount, effort, scratch);
        rowsLookedAt = scratch.Visited.Rows.Length;
        return End(scratch, rows);
    }

    /// <summary>Candidates among the accepted rows, on a way through all rows.</summary>
    /// <exception cref="ArgumentException">The set has another number of rows than the view.</exception>
    public int SearchAccepted(ReadOnlySpan<float> query, DocumentSet accepted, int effort, Span<int> rows, out int rowsLookedAt)
    {
        RequireRows(accepted);
        var scratch = Begin(query, effort);
        Traversal.Filtered(_vertices, _pivots.Span, RowCount, effort, new AcceptSet(accepted), scratch);
        rowsLookedAt = scratch.Visited.Rows.Length;
        return End(scratch, rows);
    }

    /// <summary>Candidates among the accepted rows, all of which are scored by their codes: certain, and cheapest when they are few.</summary>
    /// <exception cref="ArgumentException">The set has another number of rows than the view.</exception>
    public int ScanAccepted(ReadOnlySpan<float> query, DocumentSet accepted, int effort, Span<int> rows)
    {
        RequireRows(accepted);
        var scratch = Begin(query, effort);
        Traversal.Scan(_vertices, accepted, effort, scratch);
        return End(scratch, rows);
    }

    private SearchScratch Begin(ReadOnlySpan<float> query, int effort)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(effort, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(query.Length, _index.Encoder.Dimensions, nameof(query));
        var scratch = _index.RentScratch();
        _index.Encoder.EncodeQuery(query, scratch.Query);
        return scratch;
    }

    private int End(SearchScratch scratch, Span<int> rows)
    {
        var count = Math.Min(rows.Length, scratch.Pool.Count);
        for (var i = 0; i < count; i++)
            rows[i] = scratch.Pool.RowAt(i);
        _index.Return(scratch);
        // The codes lie outside the managed heap: who holds the index holds them.
        GC.KeepAlive(_vertices);
        return count;
    }

    private void RequireRows(DocumentSet accepted)
    {
        if (accepted.RowCount != RowCount)
            throw new ArgumentException($"A set of {accepted.RowCount} rows cannot filter a view of {RowCount}.", nameof(accepted));
    }
}

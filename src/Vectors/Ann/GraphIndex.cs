using System.Collections.Concurrent;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// A graph over short codes of the rows: each row knows rows near it that lead in different directions. Rows are numbered
/// in the order of insertion, as in the collection beside it, which keeps the precise vectors and knows which rows are
/// dead. One writer at a time; readers search <see cref="View"/>, wait for nobody and hold up nobody.
/// </summary>
/// <remarks>
/// The same rows in the same portions give the same graph, whatever the number of threads: the rows of a portion look for
/// neighbours in the graph as it was before the portion, and each row's list is changed by one thread, in the order of rows.
/// </remarks>
internal sealed unsafe class GraphIndex
{
    /// <summary>Most rows that are inserted against one state of the graph; they do not see each other.</summary>
    private const int MaxPortion = 1024;

    /// <summary>A portion is at most this part of the graph, so that what it does not see is little.</summary>
    private const int PortionShare = 32;

    private readonly ConcurrentBag<SearchScratch> _scratches = [];
    private readonly List<GraphWorker> _workers = [];
    private readonly VertexStore _vertices;
    private readonly PivotTable _pivots;
    private int _repaired;
    private GraphView _view;

    public GraphIndex(GraphSettings settings, VectorEncoder encoder)
        : this(settings, encoder, new VertexStore(encoder.Layout, settings.Degree))
    {
    }

    internal GraphIndex(GraphSettings settings, VectorEncoder encoder, VertexStore vertices)
    {
        settings.Check();
        Settings = settings;
        Encoder = encoder;
        _vertices = vertices;
        _pivots = new PivotTable();
        for (var row = 0; row < vertices.Count; row++)
            _pivots.Add(row);
        _view = TakeView();
    }

    public GraphSettings Settings { get; }

    public VectorEncoder Encoder { get; }

    /// <summary>Rows, published or not.</summary>
    public int Count => _vertices.Count;

    /// <summary>The newest published state.</summary>
    public GraphView View => Volatile.Read(ref _view);

    /// <summary>Vertices, pivots, encoder and the scratch memory of writer and readers.</summary>
    public long BytesInMemory =>
        _vertices.BytesInMemory + _pivots.BytesInMemory + Encoder.BytesInMemory + _workers.Sum(worker => worker.BytesInMemory)
        + _scratches.Sum(scratch => scratch.BytesInMemory);

    internal VertexStore Vertices => _vertices;

    /// <summary>Appends one row; readers see it after <see cref="Publish"/>.</summary>
    /// <exception cref="ArgumentException">The vector has other dimensions.</exception>
    public void Add(ReadOnlyMemory<float> vector) => AddAll(vector, 1);

    /// <summary>Appends rows, one vector after the other.</summary>
    /// <exception cref="ArgumentException">The numbers are no whole vectors.</exception>
    public void AddAll(ReadOnlyMemory<float> vectors, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var dimensions = Encoder.Dimensions;
        if (vectors.Length % dimensions != 0)
            throw new ArgumentException($"{vectors.Length} numbers are no whole number of vectors of {dimensions}.", nameof(vectors));
        while (_workers.Count < threads)
            _workers.Add(new GraphWorker(_vertices, Settings));
        while (!vectors.IsEmpty)
        {
            var portion = Math.Min(vectors.Length / dimensions, Math.Clamp(Count / PortionShare, 1, MaxPortion));
            AddPortion(vectors[..(portion * dimensions)], portion, threads);
            vectors = vectors[(portion * dimensions)..];
        }
    }

    /// <summary>Makes the rows appended so far visible to readers.</summary>
    public void Publish() => Volatile.Write(ref _view, TakeView());

    /// <summary>
    /// One bounded step of maintenance: looks at up to <paramref name="budget"/> rows and leads their ways around dead rows.
    /// Searches go on meanwhile; the next step continues where this one ended.
    /// </summary>
    /// <returns>Rows whose lists were changed.</returns>
    public int Repair(DocumentSet live, int budget)
    {
        RequireAllRows(live);
        if (_workers.Count == 0)
            _workers.Add(new GraphWorker(_vertices, Settings));
        var changed = 0;
        for (; budget > 0 && Count > 0; budget--)
        {
            _repaired = _repaired < Count ? _repaired : 0;
            if (live.Contains(_repaired) && _workers[0].Repair(_repaired, live))
                changed++;
            _repaired++;
        }

        return changed;
    }

    /// <summary>A new index with the live rows only, in the same order, renumbered from zero; no search is made for it.</summary>
    public GraphIndex Compacted(DocumentSet live)
    {
        _repaired = 0;
        Repair(live, Count);
        var newRows = new int[Count];
        var vertices = new VertexStore(Encoder.Layout, Settings.Degree);
        for (var row = 0; row < Count; row++)
            newRows[row] = live.Contains(row) ? vertices.Append() : -1;
        var list = new int[Settings.Degree];
        for (var row = 0; row < Count; row++)
        {
            if (newRows[row] < 0)
                continue;
            new ReadOnlySpan<sbyte>(_vertices.Code(row), Encoder.Layout.Bytes).CopyTo(new Span<sbyte>(vertices.Code(newRows[row]), Encoder.Layout.Bytes));
            var neighbours = _vertices.Neighbours(row);
            for (var i = 0; i < neighbours.Length; i++)
                list[i] = newRows[neighbours[i]];
            vertices.SetNeighbours(newRows[row], list.AsSpan(0, neighbours.Length));
        }

        return new GraphIndex(Settings, Encoder, vertices);
    }

    internal SearchScratch RentScratch()
    {
        var scratch = _scratches.TryTake(out var kept) ? kept : new SearchScratch();
        scratch.Reserve(Encoder.Layout.Bytes, Settings.Degree);
        return scratch;
    }

    internal void Return(SearchScratch scratch) => _scratches.Add(scratch);

    private GraphView TakeView() => new(this, _vertices, _pivots.Rows, _vertices.Count);

    private void RequireAllRows(DocumentSet live) => ArgumentOutOfRangeException.ThrowIfNotEqual(live.RowCount, Count, nameof(live));

    private void AddPortion(ReadOnlyMemory<float> vectors, int count, int threads)
    {
        var first = Count;
        var pivots = _pivots.Rows;
        for (var i = 0; i < count; i++)
            _vertices.Append();
        ForEach(count, threads, (worker, i) =>
        {
            var row = first + i;
            var vector = vectors.Span.Slice(i * Encoder.Dimensions, Encoder.Dimensions);
            Encoder.Encode(vector, new Span<sbyte>(_vertices.Code(row), Encoder.Layout.Bytes));
            worker.Connect(pivots.Span, row, first);
        });

        var (ways, starts) = WaysBack(first);
        ForEach(starts.Count - 1, threads, (worker, group) =>
        {
            for (var i = starts[group]; i < starts[group + 1]; i++)
                worker.Link(ways[i].From, ways[i].To);
        });
        for (var row = first; row < first + count; row++)
            _pivots.Add(row);
    }

    /// <summary>The ways from neighbours to the rows from <paramref name="first"/> on, grouped by where they begin.</summary>
    private (List<(int From, int To)> Ways, List<int> Starts) WaysBack(int first)
    {
        var ways = new List<(int From, int To)>();
        for (var row = first; row < Count; row++)
        {
            foreach (var neighbour in _vertices.Neighbours(row))
                ways.Add((neighbour, row));
        }

        ways.Sort();
        var starts = new List<int>();
        for (var i = 0; i < ways.Count; i++)
        {
            if (i == 0 || ways[i].From != ways[i - 1].From)
                starts.Add(i);
        }

        starts.Add(ways.Count);
        return (ways, starts);
    }

    private void ForEach(int count, int threads, Action<GraphWorker, int> body)
    {
        if (threads == 1 || count < threads)
        {
            for (var i = 0; i < count; i++)
                body(_workers[0], i);
            return;
        }

        var next = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
                body(_workers[thread], i);
        });
    }
}

using System.Runtime.CompilerServices;
using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Ann;

/// <summary>One thread's part in changing the graph.</summary>
internal sealed unsafe class GraphWorker
{
    private readonly VertexStore _vertices;
    private readonly GraphSettings _settings;
    private readonly SearchScratch _scratch = new();
    private readonly NeighbourChoice _choice;
    private Neighbour[] _candidates;

    public GraphWorker(VertexStore vertices, GraphSettings settings)
    {
        _vertices = vertices;
        _settings = settings;
        _choice = new NeighbourChoice(vertices, settings.Slack);
        _candidates = new Neighbour[Math.Max(settings.BuildEffort, settings.Degree + 1)];
        _scratch.Reserve(vertices.Layout.Bytes, vertices.Degree);
    }

    public long BytesInMemory => _scratch.BytesInMemory + (_candidates.Length * (long)sizeof(Neighbour));

    /// <summary>Gives a new row its neighbours among the rows below <paramref name="rowCount"/>.</summary>
    public void Connect(ReadOnlySpan<int> pivots, int row, int rowCount)
    {
        Compare(row);
        Traversal.Plain<Nearness>(_vertices, pivots, rowCount, _settings.BuildEffort, _scratch);
        var own = _vertices.Sum(row);
        var pool = _scratch.Pool;
        for (var i = 0; i < pool.Count; i++)
            _candidates[i] = new Neighbour(pool.RowAt(i), own - pool.ScoreAt(i));
        _vertices.SetNeighbours(row, _choice.Choose(_candidates.AsSpan(0, pool.Count), _settings.DegreeAfterChoice));
    }

    /// <summary>Adds the way back from a neighbour to a new row; a full list is chosen anew.</summary>
    public void Link(int from, int to)
    {
        if (_vertices.TryAddNeighbour(from, to))
            return;
        Compare(from);
        var count = 0;
        foreach (var neighbour in _vertices.Neighbours(from))
            _candidates[count++] = Measured(from, neighbour);
        _candidates[count++] = Measured(from, to);
        ChooseSorted(from, count);
    }

    /// <summary>Replaces a row's dead neighbours by what these led to, so that no way is lost when they go.</summary>
    /// <returns>Whether there was something to repair.</returns>
    public bool Repair(int row, DocumentSet live)
    {
        var hasDead = false;
        foreach (var neighbour in _vertices.Neighbours(row))
            hasDead |= !live.Contains(neighbour);
        if (!hasDead)
            return false;

        Compare(row);
        _scratch.Visited.Reset(_vertices.Count);
        _scratch.Visited.TryAdd(row);
        var count = 0;
        foreach (var neighbour in _vertices.Neighbours(row))
        {
            if (live.Contains(neighbour))
            {
                Collect(row, neighbour, ref count);
                continue;
            }

            foreach (var further in _vertices.Neighbours(neighbour))
            {
                if (live.Contains(further))
                    Collect(row, further, ref count);
            }
        }

        ChooseSorted(row, count);
        return true;
    }

    private void Collect(int row, int neighbour, ref int count)
    {
        if (!_scratch.Visited.TryAdd(neighbour))
            return;
        if (count == _candidates.Length)
            Array.Resize(ref _candidates, count * 2);
        _candidates[count++] = Measured(row, neighbour);
    }

    private void Compare(int row) => NeighbourChoice.Widen(_vertices.Code(row), Query, _vertices.Layout.Bytes);

    private short* Query => (short*)Unsafe.AsPointer(ref _scratch.Query[0]);

    private Neighbour Measured(int row, int neighbour) =>
        new(neighbour, _vertices.Sum(row) - Nearness.Score(Query, _vertices.Vertex(neighbour), _vertices.Layout.Bytes));

    private void ChooseSorted(int row, int count)
    {
        Array.Sort(_candidates, 0, count);
        _vertices.SetNeighbours(row, _choice.Choose(_candidates.AsSpan(0, count), _settings.DegreeAfterChoice));
    }
}

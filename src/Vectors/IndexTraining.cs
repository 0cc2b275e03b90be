using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Rows;

namespace ClipOrleans.Vectors;

/// <summary>
/// The making of a new index for a collection, beside its writes and searches: begun by the writer, carried out by anyone,
/// adopted by the writer. One thread at a time.
/// </summary>
public sealed class IndexTraining
{
    private readonly CollectionState _state;
    private readonly int _dimensions;
    private readonly int _seed;
    private ListIndex? _index;

    internal IndexTraining(CodedRows owner, CollectionState state, int dimensions, bool withComponents, int seed)
    {
        Owner = owner;
        WithComponents = withComponents;
        _state = state;
        _dimensions = dimensions;
        _seed = seed;
    }

    /// <summary>Rows that are learnt from.</summary>
    public int Rows => _state.LiveCount;

    internal CodedRows Owner { get; }

    internal bool WithComponents { get; }

    /// <summary>Learns from the rows and codes all of them: about 50 µs of a core for a row at a million of 512 dimensions.</summary>
    /// <param name="threads">At least 1; the outcome is the same for any number.</param>
    /// <param name="breathe">Called by each thread every few milliseconds: what it does there pauses the work.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="OperationCanceledException">The training is of no further use.</exception>
    public void Run(int threads, Action? breathe, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var work = new Work(threads, breathe, cancel);
        var model = ListModel.Train(_state.Vectors, LiveRows(), _dimensions, WithComponents, _seed, work);
        var index = new ListIndex(model);
        index.AppendAll(_state.Vectors, _state.RowCount, work);
        index.AppendedSince = 0;
        _state.Vectors.KeepAlive();
        _index = index;
    }

    /// <summary>Codes the rows that were written meanwhile.</summary>
    /// <param name="view">A newer view of the same collection.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>How many they were.</returns>
    public int CatchUp(CollectionView view, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(view);
        var index = Trained();
        var before = index.Count;
        if (view.State.RowCount > before)
            index.AppendAll(view.State.Vectors, view.State.RowCount, new Work(1, null, cancel));
        view.State.Vectors.KeepAlive();
        return index.Count - before;
    }

    internal ListIndex Finish(VectorRows rows, int rowCount)
    {
        var index = Trained();
        index.AppendAll(rows, rowCount, new Work(1, null, CancellationToken.None));
        rows.KeepAlive();
        return index;
    }

    private ListIndex Trained() => _index ?? throw new InvalidOperationException("The training has not run.");

    private int[] LiveRows()
    {
        var live = new int[_state.LiveCount];
        var count = 0;
        for (var row = 0; row < _state.RowCount; row++)
        {
            if (!Tombstones.Contains(_state.Dead, row))
                live[count++] = row;
        }

        return live;
    }
}

namespace ClipOrleans.Vectors.Rows;

/// <summary>
/// Sorted runs, each more than twice as long as the next: a new run is merged with its neighbour until that holds again.
/// So there are at most log₂ n of them, and an entry is merged O(log n) times in its life. Runs never change, so a view
/// holds them as they are.
/// </summary>
internal sealed class RunStack<TRun>(Func<TRun, int> length, Func<TRun, TRun, TRun> merge)
{
    private readonly List<TRun> _runs = [];

    public IReadOnlyList<TRun> Runs => _runs;

    public void Push(TRun run)
    {
        if (length(run) == 0)
            return;
        _runs.Add(run);
        while (_runs.Count > 1 && length(_runs[^2]) <= 2L * length(_runs[^1]))
        {
            var merged = merge(_runs[^2], _runs[^1]);
            _runs.RemoveAt(_runs.Count - 1);
            _runs[^1] = merged;
        }
    }

    /// <summary>Takes a run as it stood behind the runs before it.</summary>
    public void Restore(TRun run) => _runs.Add(run);

    public TRun[] ToArray() => [.. _runs];
}

using ClipOrleans.Clip.Scheduling;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Places for work, with waiting. An owner alone may have all of them; beside others each has its share, and one in any
/// case: what one holds keeps nobody else out. So there may be a few times as many at work as places. Owners take turns.
/// </summary>
/// <param name="places">Places, until <see cref="Resize"/>.</param>
/// <param name="clock">For the patience of those who wait.</param>
internal sealed class FairPlaces(int places, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private readonly Turns<TaskCompletionSource<bool>> _waiting = new(int.MaxValue);
    private int _places = places;

    /// <summary>Places that are held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Values.Sum();
        }
    }

    /// <summary>There are more or fewer places from now on. Who holds one keeps it.</summary>
    public void Resize(int places)
    {
        lock (_lock)
        {
            _places = places;
            Serve();
        }
    }

    /// <returns>False when there was no place within the patience. Otherwise call <see cref="Leave"/>.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more; no place is held.</exception>
    public ValueTask<bool> TryEnterAsync(string owner, TimeSpan patience, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        TaskCompletionSource<bool> turn;
        lock (_lock)
        {
            if (!_waiting.Has(owner) && MayEnter(owner, Present(owner)))
            {
                Hold(owner);
                return ValueTask.FromResult(true);
            }

            turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(owner, turn);
        }

        return new ValueTask<bool>(WaitAsync(owner, turn, patience, cancel));
    }

    public void Leave(string owner)
    {
        lock (_lock)
        {
            if (--_held[owner] == 0)
                _held.Remove(owner);
            Serve();
        }
    }

    private async Task<bool> WaitAsync(string owner, TaskCompletionSource<bool> turn, TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            return await turn.Task.WaitAsync(patience, clock, cancel);
        }
        catch (Exception gaveUp) when (gaveUp is TimeoutException or OperationCanceledException)
        {
            // Whoever is first counts: a place that was given meanwhile is held, and either used or given back.
            if (!turn.TrySetResult(false) && await turn.Task)
            {
                if (gaveUp is TimeoutException)
                    return true;
                Leave(owner);
            }

            if (gaveUp is TimeoutException)
                return false;
            throw;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Serve()
    {
        if (_waiting.Count == 0)
            return;
        var served = new List<TaskCompletionSource<bool>>(1);
        while (TakeNext(served) is { } owner)
        {
            if (served[0].TrySetResult(true))
                Hold(owner);
            served.Clear();
        }
    }

    /// <summary>The next who may enter. Under the lock.</summary>
    private string? TakeNext(List<TaskCompletionSource<bool>> served)
    {
        var present = Present(null);
        return _waiting.Take(owner => MayEnter(owner, present) ? 1 : 0, served);
    }

    /// <summary>Those who hold a place or wait for one, and one who comes. Under the lock.</summary>
    private int Present(string? comer)
    {
        var holders = _waiting.Count == 0 ? _held.Count : _held.Keys.Count(owner => !_waiting.Has(owner));
        var isNew = comer is not null && !_held.ContainsKey(comer) && !_waiting.Has(comer);
        return _waiting.Owners + holders + (isNew ? 1 : 0);
    }

    /// <summary>Under the lock.</summary>
    private bool MayEnter(string owner, int present) => _held.GetValueOrDefault(owner) < Math.Max(1, _places / present);

    /// <summary>Under the lock.</summary>
    private void Hold(string owner) => _held[owner] = _held.GetValueOrDefault(owner) + 1;
}

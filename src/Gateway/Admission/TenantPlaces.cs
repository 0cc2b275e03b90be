using ClipOrleans.Clip.Scheduling;
using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Places for work that takes long, with waiting. A tenant alone may have all of them; beside others each has its share, and one in any
/// case: what one tenant holds keeps nobody else out. So there may be a few times as many at work as places. Tenants take turns.
/// </summary>
internal sealed class TenantPlaces(int places, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private readonly Turns<TaskCompletionSource<bool>> _waiting = new(int.MaxValue);

    /// <summary>Places that are held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Values.Sum();
        }
    }

    /// <returns>False when there was no place within the patience. Otherwise call <see cref="Leave"/>.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more; no place is held.</exception>
    public async Task<bool> TryEnterAsync(TenantId tenant, TimeSpan patience, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add(tenant.Value, turn);
            Serve();
        }

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
                Leave(tenant);
            }

            if (gaveUp is TimeoutException)
                return false;
            throw;
        }
    }

    public void Leave(TenantId tenant)
    {
        lock (_lock)
        {
            if (--_held[tenant.Value] == 0)
                _held.Remove(tenant.Value);
            Serve();
        }
    }

    /// <summary>Under the lock.</summary>
    private void Serve()
    {
        var served = new List<TaskCompletionSource<bool>>(1);
        while (TakeNext(served) is { } tenant)
        {
            if (served[0].TrySetResult(true))
                _held[tenant] = _held.GetValueOrDefault(tenant) + 1;
            served.Clear();
        }
    }

    /// <summary>The next who may enter. Under the lock.</summary>
    private string? TakeNext(List<TaskCompletionSource<bool>> served)
    {
        var tenants = _waiting.Owners + _held.Keys.Count(other => !_waiting.Has(other));
        return _waiting.Take(tenant => _held.GetValueOrDefault(tenant) < Math.Max(1, places / tenants) ? 1 : 0, served);
    }
}

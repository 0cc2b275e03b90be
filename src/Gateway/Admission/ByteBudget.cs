namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Bounds the bytes that many requests hold together. Takers wait in order of arrival, for a bounded time; who is not
/// served by then is told that the system is overloaded. Nobody waits while holding, except for bytes that are given
/// back without the waiter's help, so waiting ends.
/// </summary>
internal sealed class ByteBudget
{
    private readonly long _capacity;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private long _free;

    public ByteBudget(long capacity, TimeProvider clock)
    {
        _capacity = capacity;
        _free = capacity;
        _clock = clock;
    }

    public long Free
    {
        get
        {
            lock (_lock)
                return _free;
        }
    }

    public bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (_waiters.Count > 0 || bytes > _free)
                return false;
            _free -= bytes;
            return true;
        }
    }

    /// <returns>False when the bytes were not free within <paramref name="patience"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<bool> TakeAsync(long bytes, TimeSpan patience, CancellationToken cancel)
    {
        if (TryTake(bytes))
            return true;
        if (bytes > _capacity)
            return false;
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            node = _waiters.AddLast(new Waiter(bytes, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)));
            Serve();
        }

        using var timer = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        await using (either.Token.Register(() => GiveUp(node)))
        {
            var served = await node.Value.Served.Task;
            if (!served)
                cancel.ThrowIfCancellationRequested();
            return served;
        }
    }

    public void Give(long bytes)
    {
        lock (_lock)
        {
            _free += bytes;
            Serve();
        }
    }

    private void Serve()
    {
        while (_waiters.First is { } first && first.Value.Bytes <= _free)
        {
            _waiters.RemoveFirst();
            _free -= first.Value.Bytes;
            first.Value.Served.SetResult(true);
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node)
    {
        lock (_lock)
        {
            if (node.List is null)
                return;
            _waiters.Remove(node);
            node.Value.Served.SetResult(false);
            Serve();
        }
    }

    private sealed record Waiter(long Bytes, TaskCompletionSource<bool> Served);
}

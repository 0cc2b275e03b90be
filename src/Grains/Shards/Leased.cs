namespace ClipOrleans.Grains.Shards;

/// <summary>Something that is open while anybody uses it: closing waits for those who do, and nobody begins any more.</summary>
internal sealed class Leased<T>
    where T : class, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private T? _value;
    private int _users;
    private TaskCompletionSource? _unused;

    /// <exception cref="InvalidOperationException">One is open already.</exception>
    public void Open(T value)
    {
        lock (_lock)
            _value = _value is null ? value : throw new InvalidOperationException("It is open already.");
    }

    /// <summary>Keeps it open until the lease is disposed of; there is none when it is not open.</summary>
    public Lease TryUse(out T? value)
    {
        lock (_lock)
        {
            value = _value;
            if (value is null)
                return default;
            _users++;
            return new Lease(this);
        }
    }

    /// <summary>A figure of it at this moment; 0 when it is not open. For what is read in no time: nobody opens or closes meanwhile.</summary>
    public long Read(Func<T, long> figure)
    {
        lock (_lock)
            return _value is null ? 0 : figure(_value);
    }

    /// <returns>Whether there was one to close.</returns>
    public async Task<bool> CloseAsync()
    {
        T? value;
        var unused = Task.CompletedTask;
        lock (_lock)
        {
            (value, _value) = (_value, null);
            if (value is not null && _users > 0)
            {
                _unused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                unused = _unused.Task;
            }
        }

        if (value is null)
            return false;
        await unused;
        await value.DisposeAsync();
        return true;
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_users == 0)
                _unused?.TrySetResult();
        }
    }

    /// <summary>Use by one call.</summary>
    internal readonly struct Lease(Leased<T>? leased) : IDisposable
    {
        public void Dispose() => leased?.Leave();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// A bounded queue in which tenants take turns: whoever waits with one item is served after at most one item of each
/// other tenant, however many those have queued. A tenant alone may fill it; beside others that wait, each may have its
/// share of the places.
/// </summary>
internal sealed class FairQueue<T>(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<T>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _turns = new();
    private readonly SemaphoreSlim _items = new(0);
    private bool _closed;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <returns>False when the tenant's places are taken, or the queue is closed.</returns>
    public bool TryAdd(string tenant, T item)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            var isKnown = _waiting.TryGetValue(tenant, out var own);
            var tenants = _waiting.Count + (isKnown ? 0 : 1);
            if ((own?.Count ?? 0) >= Math.Max(1, capacity / tenants))
                return false;
            if (own is null)
            {
                _waiting.Add(tenant, own = new Queue<T>());
                _turns.Enqueue(tenant);
            }

            own.Enqueue(item);
            _count++;
        }

        _items.Release();
        return true;
    }

    /// <summary>Waits for the next item.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        _items.Wait();
        lock (_lock)
        {
            if (_count == 0)
            {
                // Closed: the one who sees it lets the next one see it.
                _items.Release();
                item = default;
                return false;
            }

            var tenant = _turns.Dequeue();
            var own = _waiting[tenant];
            item = own.Dequeue();
            _count--;
            if (own.Count > 0)
                _turns.Enqueue(tenant);
            else
                _waiting.Remove(tenant);
            return true;
        }
    }

    /// <summary>No more is taken in; what waits is still given out.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
        _items.Release();
    }

    public void Dispose() => _items.Dispose();
}

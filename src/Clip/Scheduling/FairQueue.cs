using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Clip.Scheduling;

/// <summary>
/// A bounded queue for threads that wait, in which owners take turns: whoever waits with one item is served after at most one item of
/// each other owner, however many those have queued.
/// </summary>
/// <param name="capacity">Places, as <see cref="Turns{T}"/> shares them.</param>
public sealed class FairQueue<T>(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Turns<T> _waiting = new(capacity);
    private readonly SemaphoreSlim _items = new(0);
    private bool _closed;
    private int _count;

    /// <summary>What waits.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <returns>False when the owner's places are taken, or the queue is closed.</returns>
    public bool TryAdd(string owner, T item)
    {
        lock (_lock)
        {
            if (_closed || !_waiting.TryAdd(owner, item))
                return false;
            _count = _waiting.Count;
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
            if (_waiting.TryTake(out item))
            {
                _count = _waiting.Count;
                return true;
            }
        }

        // Closed: the one who sees it lets the next one see it.
        _items.Release();
        return false;
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

using System.Diagnostics.CodeAnalysis;

namespace ClipOrleans.Clip.Scheduling;

/// <summary>
/// What waits, by whose it is: owners take turns, and when places run short each has its share of them, while one alone may have all.
/// Round robin is what deficit round robin (Shreedhar and Varghese, SIGCOMM 1995) comes to where everything costs about the same.
/// Not safe for several threads.
/// </summary>
/// <param name="capacity">Places.</param>
public sealed class Turns<T>(int capacity)
{
    private readonly Dictionary<string, Queue<T>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _turns = new();

    /// <summary>What waits, of all owners.</summary>
    public int Count { get; private set; }

    /// <summary>Those of whom something waits.</summary>
    public int Owners => _waiting.Count;

    /// <summary>Whether anything of this owner waits.</summary>
    public bool Has(string owner) => _waiting.ContainsKey(owner);

    /// <returns>False when the owner's share of the places is taken.</returns>
    public bool TryAdd(string owner, T item)
    {
        _waiting.TryGetValue(owner, out var own);
        var owners = _waiting.Count + (own is null ? 1 : 0);
        if ((own?.Count ?? 0) >= Math.Max(1, capacity / owners))
            return false;
        Add(owner, item);
        return true;
    }

    /// <summary>Adds it, though the places be taken.</summary>
    public void Add(string owner, T item)
    {
        if (!_waiting.TryGetValue(owner, out var own))
        {
            _waiting.Add(owner, own = new Queue<T>());
            _turns.Enqueue(owner);
        }

        own.Enqueue(item);
        Count++;
    }

    /// <summary>Takes from the first owner in turn who may have anything, and sends it to the end of the row.</summary>
    /// <param name="most">How many of an owner's items may be taken; 0 passes it over, and it keeps its turn.</param>
    /// <param name="taken">Takes them, the oldest first.</param>
    /// <returns>The owner, or null when nobody may have anything.</returns>
    public string? Take(Func<string, int> most, List<T> taken)
    {
        string? served = null;
        for (var left = _turns.Count; left > 0; left--)
        {
            var owner = _turns.Dequeue();
            if (served is null && most(owner) is var many and > 0)
            {
                served = owner;
                for (var own = _waiting[owner]; many > 0 && own.TryDequeue(out var item); many--)
                {
                    taken.Add(item);
                    Count--;
                }
            }
            else
            {
                _turns.Enqueue(owner);
            }
        }

        if (served is not null && _waiting[served].Count > 0)
            _turns.Enqueue(served);
        else if (served is not null)
            _waiting.Remove(served);
        return served;
    }

    /// <summary>The oldest item of the owner whose turn it is.</summary>
    /// <returns>False when nothing waits.</returns>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        if (!_turns.TryDequeue(out var owner))
        {
            item = default;
            return false;
        }

        var own = _waiting[owner];
        item = own.Dequeue();
        Count--;
        if (own.Count > 0)
            _turns.Enqueue(owner);
        else
            _waiting.Remove(owner);
        return true;
    }
}

using ClipOrleans.Grains.Placement;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// Bytes of shards that were closed and that the collector has not looked at since. A busy process collects by itself; one
/// that has become idle would keep what its closed shards took, with their mapped files, until somebody comes.
/// </summary>
/// <param name="collections">How many full collections there were.</param>
/// <param name="collect">Asks for one, beside everything else.</param>
/// <param name="worth">Bytes for which one is asked for at once.</param>
/// <param name="clock">Tells how long nothing was closed: then fewer are worth one.</param>
internal sealed class FreedMemory(Func<int> collections, Action collect, long worth, TimeProvider clock)
{
    /// <summary>Worth a collection when nothing more is being closed.</summary>
    public const long LeastWorth = 16L << 20;

    /// <summary>After that the next closing is not waited for.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    private Dictionary<ILocalShard, long> _before = [];
    private int _seen;
    private long _freed;
    private long _closedAt = clock.GetTimestamp();

    /// <summary>Of this process.</summary>
    public static FreedMemory OfProcess(long worth, TimeProvider clock) => new(
        static () => GC.CollectionCount(GC.MaxGeneration), static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false), worth, clock);

    /// <summary>By one caller at a time.</summary>
    /// <param name="open">All that are open now; what is missing since the last time was closed.</param>
    public void Note(IEnumerable<(ILocalShard Shard, long Bytes)> open)
    {
        var now = open.ToDictionary(static shard => shard.Shard, static shard => shard.Bytes);
        var closed = _before.Where(shard => !now.ContainsKey(shard.Key)).Sum(static shard => shard.Value);
        if (closed > 0)
            (_freed, _closedAt) = (_freed + closed, clock.GetTimestamp());
        _before = now;
    }

    /// <summary>Now and then; by one caller at a time.</summary>
    public void CollectIfWorth()
    {
        var count = collections();
        if (count != _seen)
            (_seen, _freed) = (count, 0);
        if (_freed < worth && (_freed < LeastWorth || clock.GetElapsedTime(_closedAt) < Settled))
            return;
        collect();
        (_seen, _freed) = (collections(), 0);
    }
}

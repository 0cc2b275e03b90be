using ClipOrleans.Grains.Placement;

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// Bytes of shards that were closed and that the collector has not looked at since. A busy process collects by itself; one
/// that has become idle would keep what its closed shards took, with their mapped files, until somebody comes.
/// </summary>
/// <param name="collections">How many full collections there were.</param>
/// <param name="collect">Asks for one, beside everything else.</param>
/// <param name="worth">Bytes for which one is asked for.</param>
internal sealed class FreedMemory(Func<int> collections, Action collect, long worth)
{
    private Dictionary<ILocalShard, long> _before = [];
    private int _seen;
    private long _freed;

    /// <summary>Of this process.</summary>
    public static FreedMemory OfProcess(long worth) => new(
        static () => GC.CollectionCount(GC.MaxGeneration), static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false), worth);

    /// <summary>By one caller at a time.</summary>
    /// <param name="open">All that are open now; what is missing since the last time was closed.</param>
    public void Note(IEnumerable<(ILocalShard Shard, long Bytes)> open)
    {
        var now = open.ToDictionary(static shard => shard.Shard, static shard => shard.Bytes);
        _freed += _before.Where(shard => !now.ContainsKey(shard.Key)).Sum(static shard => shard.Value);
        _before = now;
    }

    /// <summary>Now and then; by one caller at a time.</summary>
    public void CollectIfWorth()
    {
        var count = collections();
        if (count != _seen)
            (_seen, _freed) = (count, 0);
        if (_freed < worth)
            return;
        collect();
        (_seen, _freed) = (collections(), 0);
    }
}

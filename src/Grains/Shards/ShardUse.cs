namespace ClipOrleans.Grains.Shards;

/// <summary>Whether somebody is using a shard, and since when nobody is: from any thread.</summary>
internal sealed class ShardUse(TimeProvider clock)
{
    private int _calls;
    private long _last = clock.GetTimestamp();

    /// <summary>A call is under way, or waits for the shard to be open.</summary>
    public bool IsInUse => Volatile.Read(ref _calls) > 0;

    /// <summary>Since the last call began or ended.</summary>
    public TimeSpan Unused => clock.GetElapsedTime(Interlocked.Read(ref _last));

    /// <summary>A call begins; it ends when what is returned is disposed of.</summary>
    public Call Begin()
    {
        Interlocked.Increment(ref _calls);
        Touch();
        return new Call(this);
    }

    private void Touch() => Interlocked.Exchange(ref _last, clock.GetTimestamp());

    private void End()
    {
        Touch();
        Interlocked.Decrement(ref _calls);
    }

    /// <summary>One call.</summary>
    internal readonly struct Call(ShardUse use) : IDisposable
    {
        public void Dispose() => use.End();
    }
}

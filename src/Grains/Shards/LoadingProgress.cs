namespace ClipOrleans.Grains.Shards;

/// <summary>How far a shard is opened; reported by the thread that opens it, read by the grain.</summary>
internal sealed class LoadingProgress(TimeProvider clock) : IProgress<int>
{
    /// <summary>A caller is never sent away for longer: the estimate may be wrong.</summary>
    private const int MostSeconds = 30;

    private readonly long _started = clock.GetTimestamp();
    private volatile int _percent;

    public int Percent => _percent;

    /// <summary>Before this a pace means nothing: what comes first (locks, names, marks) costs time and is no percent.</summary>
    private const int LeastPercent = 2;

    /// <summary>At the pace so far; as long again as it took if that says nothing yet; at least 1.</summary>
    public int SecondsLeft
    {
        get
        {
            var percent = _percent;
            var elapsed = clock.GetElapsedTime(_started).TotalSeconds;
            var left = percent < LeastPercent ? elapsed : elapsed * (100 - percent) / percent;
            return (int)Math.Clamp(Math.Ceiling(left), 1, MostSeconds);
        }
    }

    public void Report(int value) => _percent = Math.Clamp(value, 0, 100);
}

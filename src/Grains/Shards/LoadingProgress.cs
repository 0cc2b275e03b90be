namespace ClipOrleans.Grains.Shards;

/// <summary>How far a shard is opened; reported by the thread that opens it, read by the grain.</summary>
internal sealed class LoadingProgress(TimeProvider clock) : IProgress<int>
{
    /// <summary>A caller is never sent away for longer: the estimate may be wrong.</summary>
    private const int MostSeconds = 30;

    private readonly long _started = clock.GetTimestamp();
    private volatile int _percent;

    public int Percent => _percent;

    /// <summary>At the pace so far; at least 1.</summary>
    public int SecondsLeft
    {
        get
        {
            var percent = Math.Max(1, _percent);
            var left = clock.GetElapsedTime(_started).TotalSeconds * (100 - percent) / percent;
            return (int)Math.Clamp(Math.Ceiling(left), 1, MostSeconds);
        }
    }

    public void Report(int value) => _percent = Math.Clamp(value, 0, 100);
}

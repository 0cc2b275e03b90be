namespace ClipOrleans.Grains.Shards;

/// <summary>
/// The share of a core that searching a shard takes: an exponentially weighted mean over about half a minute, so that a
/// burst of a second moves no shard. And whether it is used at all.
/// </summary>
internal sealed class ShardMeter
{
    private const double MeanSeconds = 30;

    private double _microseconds;
    private double _share;
    private int _isUsedFromOutside;

    /// <summary>Somebody used the shard past its grain, which Orleans therefore takes for idle.</summary>
    public void UsedFromOutside() => Volatile.Write(ref _isUsedFromOutside, 1);

    /// <returns>Whether that was so since the last time.</returns>
    public bool TakeUsedFromOutside() => Interlocked.Exchange(ref _isUsedFromOutside, 0) == 1;

    /// <summary>From any thread.</summary>
    public void Add(double microseconds)
    {
        var seen = Volatile.Read(ref _microseconds);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _microseconds, seen + microseconds, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }

    /// <summary>By one caller at a time.</summary>
    /// <param name="elapsed">Since the last time; zero the first time.</param>
    /// <returns>1 is a whole core.</returns>
    public double Measure(TimeSpan elapsed)
    {
        var microseconds = Interlocked.Exchange(ref _microseconds, 0);
        if (elapsed <= TimeSpan.Zero)
            return _share;
        var now = microseconds / elapsed.TotalMicroseconds;
        _share += (now - _share) * (1 - Math.Exp(-elapsed.TotalSeconds / MeanSeconds));
        return _share;
    }
}

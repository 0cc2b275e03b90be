namespace ClipOrleans.Grains.Shards;

/// <summary>After a failed opening a later call tries again, but not at once: after a second, doubled with each failure up to half a minute.</summary>
internal sealed class OpeningRetry(TimeProvider clock)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>Another silo has the shard, and is about to close it or to be found dead.</summary>
    private static readonly TimeSpan s_elsewhere = TimeSpan.FromMilliseconds(200);

    /// <summary>By the clock that never jumps; null: at once.</summary>
    private long? _failedAt;
    private TimeSpan _after;
    private TimeSpan _next = s_first;

    /// <summary>Zero or less: now.</summary>
    public TimeSpan TimeLeft => _failedAt is { } failed ? _after - clock.GetElapsedTime(failed) : TimeSpan.Zero;

    public int SecondsLeft => Math.Max(1, (int)Math.Ceiling(TimeLeft.TotalSeconds));

    public void PutOff()
    {
        (_failedAt, _after) = (clock.GetTimestamp(), _next);
        _next = _next * 2 < s_longest ? _next * 2 : s_longest;
    }

    public void PutOffBriefly() => (_failedAt, _after) = (clock.GetTimestamp(), s_elsewhere);

    public void Succeeded() => _next = s_first;
}

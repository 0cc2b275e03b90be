using ClipOrleans.Storage.Errors;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// Why a shard takes no writes at the moment, and when it is tried again: for a write that comes, at once and then a few
/// times a second; with nobody asking, after a second and then less and less often. The times are of a monotonic clock.
/// </summary>
internal sealed class WriteStop(string shard, TimeProvider clock, Action<int>? changed, ILogger logger)
{
    /// <summary>A client that repeats its write soon finds it taken; a full disk is not asked by each of a thousand.</summary>
    private static readonly TimeSpan s_whenAsked = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(30);

    private ShardException? _reason;
    private TimeSpan _retry = s_firstRetry;
    private long? _triedAt;

    /// <summary>Null while the shard is written.</summary>
    public ShardException? Reason => Volatile.Read(ref _reason);

    /// <summary>It may pass by itself: the device failed, not the owner or the state.</summary>
    public bool MayHeal => Reason is not (null or ShardFencedException or ShardBrokenException);

    /// <summary>How long to wait with nobody asking.</summary>
    public TimeSpan Wait => _retry;

    public bool IsDueWhenAsked => MayHeal && (_triedAt is not { } tried || clock.GetElapsedTime(tried) >= s_whenAsked);

    /// <returns>What the callers are told: the first reason.</returns>
    public ShardException Stop(Exception fault)
    {
        var reason = fault as ShardException ?? new ShardUnavailableException($"Writing stopped: {fault.Message}", fault);
        if (Interlocked.CompareExchange(ref _reason, reason, null) is { } earlier)
            return earlier;
        changed?.Invoke(1);
        WriterLog.Stopped(logger, reason, shard);
        return reason;
    }

    public void Trying() => _triedAt = clock.GetTimestamp();

    /// <summary>It did not help; one that never will takes the place of the reason.</summary>
    public void NotHealed(Exception fault)
    {
        if (fault is ShardFencedException or ShardBrokenException)
            Volatile.Write(ref _reason, (ShardException)fault);
        _retry = _retry * 2 < s_longestRetry ? _retry * 2 : s_longestRetry;
        WriterLog.NotHealed(logger, shard, fault.Message);
    }

    public void Healed(long epoch)
    {
        _retry = s_firstRetry;
        Volatile.Write(ref _reason, null);
        changed?.Invoke(-1);
        WriterLog.Resumed(logger, shard, epoch);
    }

    /// <summary>The shard is closed: it counts nowhere any more.</summary>
    public void Close()
    {
        if (Reason is not null)
            changed?.Invoke(-1);
    }
}

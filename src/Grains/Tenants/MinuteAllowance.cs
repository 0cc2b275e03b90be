using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Grains.Tenants;

/// <summary>So many in a minute. The minute begins with the first that is taken and, when it is over, with the next one.</summary>
internal sealed class MinuteAllowance(TimeProvider clock)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private long _began;
    private int _used = -1;

    public MeterGrant Take(int limit, int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(wanted);
        var now = clock.GetTimestamp();
        if (_used < 0 || clock.GetElapsedTime(_began, now) >= s_minute)
            (_began, _used) = (now, 0);
        var granted = Math.Clamp(limit - _used, 0, wanted);
        _used += granted;
        var reset = (int)Math.Ceiling((s_minute - clock.GetElapsedTime(_began, now)).TotalSeconds);
        return new MeterGrant(limit, granted, Math.Max(0, limit - _used), reset);
    }
}

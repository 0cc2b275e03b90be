using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// This gateway's part of what a tenant may use in a minute. It takes a small part at a time from the meter, so that several
/// gateways share what there is, and gives nothing back: what is not used is lost with the minute, at most a hundredth of it.
/// </summary>
internal sealed class Allowance(Func<int, Task<MeterGrant>> take, TimeProvider clock)
{
    /// <summary>Parts of a minute's allowance that are taken at a time.</summary>
    private const int Parts = 100;

    /// <summary>How long it is believed that there is no limit.</summary>
    private static readonly TimeSpan s_unlimited = TimeSpan.FromSeconds(10);

    /// <summary>How long it is believed that nothing is left: whoever floods causes no more questions than this.</summary>
    private static readonly TimeSpan s_exhausted = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private MeterGrant? _grant;
    private Task? _asking;
    private long _askedAt;
    private int _own;

    /// <summary>Uses one.</summary>
    public async ValueTask<RateView> TakeAsync()
    {
        // What came may have been taken by others who waited; the meter says when nothing is left.
        while (true)
        {
            Task asking;
            lock (_lock)
            {
                if (Known() is { } view)
                    return view;
                asking = _asking ??= AskAsync();
            }

            await asking;
        }
    }

    private RateView? Known()
    {
        if (_grant is null)
            return null;
        var age = clock.GetElapsedTime(_askedAt);
        if (_grant.Limit is not { } limit)
            return age < s_unlimited ? RateView.Unlimited : null;
        var reset = _grant.ResetSeconds - (int)age.TotalSeconds;
        if (reset <= 0)
            return null;
        if (_own == 0)
            return _grant.Left == 0 && age < s_exhausted ? new RateView(false, limit, 0, reset) : null;
        _own--;
        return new RateView(true, limit, _grant.Left + _own, reset);
    }

    private async Task AskAsync()
    {
        // Whoever calls holds the lock up to the first await, and nobody is asked under it.
        await Task.Yield();
        try
        {
            var askedAt = clock.GetTimestamp();
            var grant = await take(Math.Max(1, (_grant?.Limit ?? 0) / Parts));
            lock (_lock)
                (_grant, _askedAt, _own) = (grant, askedAt, grant.Granted);
        }
        finally
        {
            lock (_lock)
                _asking = null;
        }
    }
}

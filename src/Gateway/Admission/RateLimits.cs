using System.Globalization;
using BitFaster.Caching.Lru;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// What tenants may use in a minute, counted for all gateways together. Where the meter is not reached, requests are let in: a
/// limit is worth no outage.
/// </summary>
internal sealed partial class RateLimits(IGrainFactory grains, TimeProvider clock, ILogger<RateLimits> logger)
{
    /// <summary>Tenants that are remembered; one that is forgotten loses what this gateway took for it.</summary>
    private const int MaxTenants = 20_000;

    /// <summary>Longer than any answer of a meter takes that is well.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentLru<(TenantId, MeteredKind), Allowance> _allowances = new(MaxTenants);

    /// <summary>Uses one of what a tenant has.</summary>
    public ValueTask<RateView> TakeAsync(TenantId tenant, MeteredKind kind) =>
        _allowances.GetOrAdd((tenant, kind), key => new Allowance(wanted => AskAsync(key.Item1, key.Item2, wanted), clock)).TakeAsync();

    /// <returns>Null when a text or an image may be embedded for a tenant, or rate-limited.</returns>
    public async ValueTask<Error?> RefuseEncodeAsync(TenantId tenant)
    {
        var view = await TakeAsync(tenant, MeteredKind.Encodes);
        return view.IsAllowed ? null : Refusal(view, "texts and images may be embedded for you in a minute; those that are known already cost nothing");
    }

    public static Error Refusal(RateView view, string what) => Error.RetryLater(
        Slugs.RateLimited, string.Create(CultureInfo.InvariantCulture, $"{view.Limit} {what}. The next minute begins in {view.ResetSeconds} s."), view.ResetSeconds);

    private async Task<MeterGrant> AskAsync(TenantId tenant, MeteredKind kind, int wanted)
    {
        try
        {
            return await grains.GetGrain<ITenantMeterGrain>(tenant.Value).Take(kind, wanted).WaitAsync(s_patience, clock);
        }
#pragma warning disable CA1031 // Whatever keeps the meter away: what the request itself needs tells the caller better.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotCounted(kind, fault.Message);
            return new MeterGrant(null, wanted, 0, 0);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What a tenant uses ({Kind}) cannot be counted for a moment: {Problem}")]
    private partial void LogNotCounted(MeteredKind kind, string problem);
}

using System.Globalization;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Bounds the requests of each tenant at work, so that one that floods leaves places to the others. It stands behind the
/// step that knows the tenant, which costs little; <see cref="AdmissionControl"/> in front of it bounds that cost too.
/// </summary>
internal sealed class TenantAdmission(RequestDelegate next, IOptions<LimitOptions> limits, GatewayInstruments instruments)
{
    private readonly TenantShares _shares = new(limits.Value.MaxConcurrentRequests);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<TenantFeature>()?.Tenant is not { } tenant)
        {
            await next(http);
            return;
        }

        if (!_shares.TryEnter(tenant))
        {
            instruments.Refused();
            await ProblemResult.WriteAsync(http, Error.Of(Slugs.Overloaded, string.Create(
                CultureInfo.InvariantCulture, $"As many of your requests are at work as there are places for you among {limits.Value.MaxConcurrentRequests}: try again in a moment.")));
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            _shares.Leave(tenant);
        }
    }
}

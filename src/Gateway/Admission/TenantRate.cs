using System.Globalization;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Telemetry;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Counts the requests of a tenant, and tells how it stands. Behind <see cref="TenantAdmission"/>: a request that finds no place
/// costs its tenant nothing.
/// </summary>
internal sealed class TenantRate(RequestDelegate next, RateLimits limits, GatewayInstruments instruments)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<TenantFeature>()?.Tenant is { } tenant)
        {
            var view = await limits.TakeAsync(tenant, MeteredKind.Requests);
            if (view.Limit is not null)
                Tell(http.Response.Headers, view);
            if (!view.IsAllowed)
            {
                instruments.Refused();
                await ProblemResult.WriteAsync(http, RateLimits.Refusal(view, "requests may be sent by you in a minute"));
                return;
            }
        }

        await next(http);
    }

    private static void Tell(IHeaderDictionary headers, RateView view)
    {
        headers["RateLimit-Limit"] = view.Limit!.Value.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = view.Left.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = view.ResetSeconds.ToString(CultureInfo.InvariantCulture);
    }
}

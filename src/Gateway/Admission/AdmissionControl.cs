using System.Globalization;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// Bounds the requests at work, of all tenants together at twice what one may have, so that there are places when another
/// comes. It stands before everything that costs something, so that a flood is turned away cheaply; health checks pass,
/// since a busy process is not a dead one.
/// </summary>
internal sealed class AdmissionControl(RequestDelegate next, IOptions<LimitOptions> limits, GatewayInstruments instruments)
{
    private readonly int _max = 2 * limits.Value.MaxConcurrentRequests;
    private int _current;

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _current) > _max)
            {
                instruments.Refused();
                await ProblemResult.WriteAsync(http, Error.Of(
                    Slugs.Overloaded, string.Create(CultureInfo.InvariantCulture, $"{_max} requests are at work already: try again in a moment.")));
                return;
            }

            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref _current);
        }
    }
}

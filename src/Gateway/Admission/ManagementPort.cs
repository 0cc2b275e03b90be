using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// On the port of <c>Management:Port</c> there is health and there are metrics, and nothing else. The port is the socket's,
/// never the one that a Host header names. It stands before admission and access, since it is what keeps the API off
/// an address that others reach.
/// </summary>
internal sealed class ManagementPort(RequestDelegate next, IOptions<ManagementOptions> options)
{
    private readonly int _port = options.Value.Port;

    public Task InvokeAsync(HttpContext http) =>
        _port == 0 || http.Connection.LocalPort != _port || IsManagement(http.Request.Path)
            ? next(http)
            : ProblemResult.WriteAsync(http, Error.Of(Slugs.RouteNotFound, "This port serves /health/live, /health/ready and /metrics. The API is on another."));

    private static bool IsManagement(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.Equals("/metrics", StringComparison.Ordinal);
}

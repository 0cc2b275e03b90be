using System.Net;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Browsers;

/// <summary>
/// In open mode whoever reaches the port is let in, and a browser on this machine reaches it on behalf of any page that is
/// open in it. So a page of another origin may not change anything, and none may reach it under a name of its own that it
/// lets resolve to this machine. It stands before everything that does something. With keys there is no need: no browser
/// sends a key by itself.
/// </summary>
internal sealed class OpenDoor(RequestDelegate next, IOptions<AuthOptions> auth, IOptions<CorsOptions> cors, IConfiguration configuration)
{
    private readonly bool _isOpen = !auth.Value.NeedsKeys;
    private readonly IReadOnlyList<string> _origins = cors.Value.All;

    /// <summary>Who names the hosts has the server's own filter look at them.</summary>
    private readonly bool _anyHost = configuration["AllowedHosts"] is { Length: > 0 } hosts && hosts != "*";

    public Task InvokeAsync(HttpContext http) => _isOpen && Refusal(http.Request) is { } error ? ProblemResult.WriteAsync(http, error) : next(http);

    private Error? Refusal(HttpRequest request)
    {
        if (!_anyHost && !IsOfThisMachine(request.Host.Host) && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal) && request.Path != "/metrics")
            return Error.Of(Slugs.Forbidden, $"In open mode this server is asked as localhost or by an address, not as '{Pointer.Quote(request.Host.Host)}'. Auth:Mode=keys lifts that, and so does AllowedHosts with this name.");
        var origin = request.Headers.Origin;
        return origin.Count == 0 || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)
            || (origin.Count == 1 && (IsSame(origin[0]!, request.Host) || _origins.Contains(origin[0]!, StringComparer.OrdinalIgnoreCase)))
            ? null
            : Error.Of(Slugs.Forbidden, "In open mode a page of another origin may not change anything here. Cors:Origins names those that may.");
    }

    /// <summary>A name that a page can't have: only names are rebound, addresses are what they are.</summary>
    private static bool IsOfThisMachine(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static bool IsSame(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && string.Equals(url.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// Open mode: a request without a key belongs to the tenant <c>default</c>. There are no keys in this mode, so a request
/// that shows one is mistaken about where it is and is turned away rather than served as somebody else. It stands after
/// routing, so that paths that need no tenant stay open, and before everything that reads the tenant.
/// </summary>
internal sealed class OpenAccess(RequestDelegate next)
{
    public const string KeyHeader = "x-api-key";

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) || http.Request.Path.StartsWithSegments("/admin", StringComparison.Ordinal))
        {
            if (http.Request.Headers.ContainsKey(KeyHeader) || http.Request.Headers.Authorization.Count > 0)
            {
                await ProblemResult.WriteAsync(http, Error.Of(
                    Slugs.Unauthorized, "This key is not known: the server runs in open mode and has none. Leave the key out."));
                return;
            }

            http.Features.Set(new TenantFeature(TenantId.Default));
        }

        await next(http);
    }
}

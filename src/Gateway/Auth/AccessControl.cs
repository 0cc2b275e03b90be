using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// Says whose request this is, or turns it away. It stands after routing, since endpoints say what they ask for, and before
/// everything that reads the tenant. An endpoint is known by what is attached to it, never by how its path is written.
/// </summary>
internal sealed class AccessControl(RequestDelegate next, IOptions<AuthOptions> options, OperatorKey operatorKey)
{
    private readonly bool _needsKeys = options.Value.NeedsKeys;

    public async Task InvokeAsync(HttpContext http)
    {
        if (Required(http) is { } required && required is not Access.Anyone && (_needsKeys ? WithKeys(http, required) : Open(http)) is { } error)
            await ProblemResult.WriteAsync(http, error);
        else
            await next(http);
    }

    /// <summary>What the path asks for. Where nothing is served, under /v1 and /admin, any key that is known may hear it; null: nobody's business.</summary>
    private static Access? Required(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<RequiredAccess>() is { } required)
            return required.Access;
        var path = http.Request.Path;
        return path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) ? Access.Operator
            : !path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) ? null
            // An endpoint that was forgotten is nobody's; routing's own answers (404, 405) are no endpoints of a route.
            : endpoint is RouteEndpoint ? Access.Operator : Access.Read;
    }

    /// <summary>
    /// In open mode a request without a key belongs to the tenant <c>default</c>. There are no keys in this mode, so one that
    /// shows a key is mistaken about where it is, and is turned away rather than served as somebody else.
    /// </summary>
    private static Error? Open(HttpContext http)
    {
        if (Credential.IsShown(http.Request))
            return Error.Of(Slugs.Unauthorized, "This key is not known: the server runs in open mode and has none. Leave the key out.");
        http.Features.Set(new TenantFeature(TenantId.Default));
        return null;
    }

    private Error? WithKeys(HttpContext http, Access required)
    {
        var shown = Credential.Of(http.Request);
        if (!shown.IsSuccess)
            return shown.Error;
        if (shown.Value.IsMissing)
            return Error.Of(Slugs.Unauthorized, $"A key is needed: 'Authorization: Bearer <key>' or '{Credential.KeyHeader}: <key>'.");
        if (operatorKey.Is(shown.Value.Hash()))
            return required is Access.Operator ? null : Error.Of(Slugs.Forbidden, "The operator's key works under /admin only: this path takes the key of a tenant.");
        return Error.Of(Slugs.Unauthorized, "This key is not known, or not any more.");
    }
}

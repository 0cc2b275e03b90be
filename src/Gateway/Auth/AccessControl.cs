using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// Says whose request this is, or turns it away. It stands after routing, since endpoints say what they ask for, and before
/// everything that reads the tenant. An endpoint is known by what is attached to it, never by how its path is written.
/// </summary>
internal sealed class AccessControl(RequestDelegate next, IOptions<AuthOptions> options, OperatorKey operatorKey, KeyGrants grants)
{
    private readonly bool _needsKeys = options.Value.NeedsKeys;

    public async Task InvokeAsync(HttpContext http)
    {
        var required = Required(http);
        if (required is not null && required.Access is not Access.Anyone && (_needsKeys ? await WithKeysAsync(http, required) : Open(http)) is { } error)
            await ProblemResult.WriteAsync(http, error);
        else
            await next(http);
    }

    /// <summary>What the path asks for. Where nothing is served, under /v1 and /admin, any key that is known may hear it; null: nobody's business.</summary>
    private static RequiredAccess? Required(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<RequiredAccess>() is { } required)
            return required;
        var path = http.Request.Path;
        return path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) ? new RequiredAccess(Access.Operator)
            : !path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) ? null
            // An endpoint that was forgotten is nobody's; routing's own answers (404, 405) are no endpoints of a route.
            : new RequiredAccess(endpoint is RouteEndpoint ? Access.Operator : Access.Read);
    }

    /// <summary>
    /// In open mode a request without a key belongs to the tenant <c>default</c>. There are no keys in this mode, so one that
    /// shows a key is mistaken about where it is, and is turned away rather than served as somebody else.
    /// </summary>
    private static Error? Open(HttpContext http)
    {
        if (Credential.IsShown(http.Request))
            return Error.Of(Slugs.Unauthorized, "This key is not known: the server runs in open mode and takes none. Leave the key out.");
        http.Features.Set(new TenantFeature(TenantId.Default));
        return null;
    }

    private async ValueTask<Error?> WithKeysAsync(HttpContext http, RequiredAccess required)
    {
        var shown = Credential.Of(http.Request);
        if (!shown.IsSuccess)
            return shown.Error;
        if (shown.Value.IsMissing)
            return Error.Of(Slugs.Unauthorized, $"A key is needed: 'Authorization: Bearer <key>' or '{Credential.KeyHeader}: <key>'.");
        var hash = shown.Value.Hash();
        if (operatorKey.Is(hash))
            return required.Access is Access.Operator ? null : Error.Of(Slugs.Forbidden, "The operator's key works under /admin only: this path takes the key of a tenant.");
        var grant = await grants.FindAsync(shown.Value.Key, hash, http.RequestAborted);
        if (!grant.IsSuccess)
            return grant.Error;
        var tenant = new TenantFeature(TenantId.Parse(grant.Value.Tenant), grant.Value.Scope);
        http.Features.Set(tenant);
        return Lacking(tenant, required, http.GetRouteValue("index") as string);
    }

    /// <summary>
    /// What a key lacks for a request. The role comes first, since it is the same for every index; an index that the key is
    /// not for is as one that is not there.
    /// </summary>
    private static Error? Lacking(TenantFeature tenant, RequiredAccess required, string? index)
    {
        if (required.Access is Access.Operator)
            return Error.Of(Slugs.Forbidden, "This path takes the operator's key.");
        if ((int)tenant.Scope!.Role < (int)required.Access)
            return Error.Of(Slugs.Forbidden, $"This takes a key of the role {RoleNames.Of(required.Access)}; the one that is shown has the role {RoleNames.Of((Access)tenant.Scope.Role)}.");
        if (index is not null && !tenant.MaySee(index))
            return IndexDirectory.NotFound(index);
        return required.AllIndexes && !tenant.HasAllIndexes
            ? Error.Of(Slugs.Forbidden, "This takes a key for all indexes; the one that is shown is for some of them.")
            : null;
    }
}

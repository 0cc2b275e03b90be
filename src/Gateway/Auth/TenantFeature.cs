using ClipOrleans.Contracts.Keys;

namespace ClipOrleans.Gateway.Auth;

/// <summary>Whose request this is. Set by one step of the pipeline and read by all others: there is no other source of a tenant (I5).</summary>
internal sealed record TenantFeature(TenantId Tenant)
{
    /// <exception cref="InvalidOperationException">The step that knows the tenant did not run: a bug in the pipeline.</exception>
    public static TenantId Of(HttpContext http) =>
        http.Features.Get<TenantFeature>()?.Tenant ?? throw new InvalidOperationException("No tenant has been established for this request.");
}

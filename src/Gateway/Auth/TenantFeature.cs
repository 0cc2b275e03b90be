using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;

namespace ClipOrleans.Gateway.Auth;

/// <summary>Whose request this is. Set by one step of the pipeline and read by all others: there is no other source of a tenant (I5).</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Scope">For what its key is good; null in open mode, where it is good for everything.</param>
internal sealed record TenantFeature(TenantId Tenant, KeyScope? Scope = null)
{
    /// <summary>Whether it may do something that is of no one index, or of one that does not exist yet.</summary>
    public bool HasAllIndexes => Scope?.AllIndexes ?? true;

    /// <exception cref="InvalidOperationException">The step that knows the tenant did not run: a bug in the pipeline.</exception>
    public static TenantId Of(HttpContext http) => Whole(http).Tenant;

    /// <inheritdoc cref="Of"/>
    public static TenantFeature Whole(HttpContext http) =>
        http.Features.Get<TenantFeature>() ?? throw new InvalidOperationException("No tenant has been established for this request.");

    /// <summary>Whether an index is there for this key.</summary>
    public bool MaySee(string index) => Scope is null || Scope.AllIndexes || Scope.Indexes.Contains(index, StringComparer.Ordinal);
}

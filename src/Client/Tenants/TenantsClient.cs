using System.Runtime.CompilerServices;
using ClipOrleans.Client.Errors;
using ClipOrleans.Client.Http;
using ClipOrleans.Client.Json;
using ClipOrleans.Client.Keys;

namespace ClipOrleans.Client.Tenants;

/// <summary>
/// The tenants, for the operator's key. Every method throws <see cref="ClipOrleansException"/> when the server refuses or
/// does not answer; an unknown tenant is 404, <c>tenant-not-found</c>.
/// </summary>
public sealed class TenantsClient
{
    private const string Root = "admin/v1/tenants";

    private readonly ApiConnection _connection;

    internal TenantsClient(ApiConnection connection) => _connection = connection;

    /// <summary>The keys of a tenant. Makes no call.</summary>
    public KeysClient Keys(string id) => new(_connection, $"{PathOf(id)}/keys");

    /// <summary>Creates a tenant. An id that is taken is 409, <c>tenant-exists</c>.</summary>
    public Task<TenantDescription> CreateAsync(string id, Quotas? quotas = null, CancellationToken cancellation = default)
    {
        var call = ApiCall.WithJson(HttpMethod.Post, Root, new TenantBody(id, quotas), ClientJson.Default.TenantBody, false);
        return _connection.SendAsync(call, ClientJson.Default.TenantDescription, cancellation);
    }

    /// <summary>All tenants by id, fetched a page at a time.</summary>
    public async IAsyncEnumerable<TenantEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var path = Root; ;)
        {
            var page = await _connection.SendAsync(ApiCall.Read(path), ClientJson.Default.TenantPageBody, cancellation).ConfigureAwait(false);
            foreach (var tenant in page.Tenants)
                yield return tenant;
            if (page.Cursor is null)
                yield break;
            path = $"{Root}?cursor={Uri.EscapeDataString(page.Cursor)}";
        }
    }

    /// <summary>One tenant.</summary>
    public Task<TenantDescription> GetAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(ApiCall.Read(PathOf(id)), ClientJson.Default.TenantDescription, cancellation);

    /// <summary>Deletes a tenant with everything it has. What is cut short goes on when it is asked again.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellation = default) =>
        _connection.SendAsync(new ApiCall(HttpMethod.Delete, PathOf(id)) { TakesLong = true }, cancellation);

    private static string PathOf(string id) => $"{Root}/{ApiCall.Segment(id)}";
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Tenants;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>API keys: the same calls for the operator, who names a tenant, and for a tenant's own admin, whose key does.</summary>
internal static class KeyEndpoints
{
    public static void MapOwnKeys(this RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/keys").WithTags("Keys").For(Access.Admin, allIndexes: true);
        keys.MapPost("", (HttpContext http, RequestReader requests, KeyService service, TimeProvider clock) => CreateAsync(TenantFeature.Of(http), "/v1/keys", http, requests, service, clock))
            .Accepts<CreateKeyRequest>(RequestJson.Json)
            .Named("createKey", "Make an API key", "The answer is the only one that tells the key. To replace a key make a second one, use it everywhere, then delete the first.")
            .WithErrors(Slugs.InvalidName, Slugs.QuotaExceeded).WithErrors(EndpointConventions.OfJsonBody);
        keys.MapGet("", (HttpContext http, KeyService service) => ListAsync(TenantFeature.Of(http), http, service))
            .Named("listKeys", "List the API keys", "With when each was used last; never the keys themselves.");
        keys.MapGet("/{key}", (string key, HttpContext http, KeyService service) => GetAsync(TenantFeature.Of(http), key, http, service))
            .Named("getKey", "Look at an API key").WithErrors(Slugs.KeyNotFound);
        keys.MapDelete("/{key}", (string key, HttpContext http, KeyService service) => DeleteAsync(TenantFeature.Of(http), key, service))
            .Named("deleteKey", "Delete an API key", "It opens nothing any more, here at once and at every gateway within 5 seconds.").WithErrors(Slugs.KeyNotFound);
    }

    public static void MapKeysOfTenants(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("/tenants/{tenant}/keys").WithTags("Tenants").WithErrors(Slugs.TenantNotFound);
        keys.MapPost("", (string tenant, HttpContext http, RequestReader requests, KeyService service, TimeProvider clock) =>
                CreateAsync(TenantEndpoints.Of(tenant), $"/admin/v1/tenants/{tenant}/keys", http, requests, service, clock))
            .Accepts<CreateKeyRequest>(RequestJson.Json)
            .Named("createTenantKey", "Make an API key for a tenant", "The answer is the only one that tells the key.")
            .WithErrors(Slugs.InvalidName, Slugs.QuotaExceeded).WithErrors(EndpointConventions.OfJsonBody);
        keys.MapGet("", (string tenant, HttpContext http, KeyService service) => ListAsync(TenantEndpoints.Of(tenant), http, service))
            .Named("listTenantKeys", "List the API keys of a tenant");
        keys.MapGet("/{key}", (string tenant, string key, HttpContext http, KeyService service) => GetAsync(TenantEndpoints.Of(tenant), key, http, service))
            .Named("getTenantKey", "Look at an API key of a tenant").WithErrors(Slugs.KeyNotFound);
        keys.MapDelete("/{key}", (string tenant, string key, KeyService service) => DeleteAsync(TenantEndpoints.Of(tenant), key, service))
            .Named("deleteTenantKey", "Delete an API key of a tenant", "It opens nothing any more, here at once and at every gateway within 5 seconds.").WithErrors(Slugs.KeyNotFound);
    }

    private static async Task<Results<Created<CreatedKeyResponse>, ProblemResult>> CreateAsync(
        Result<TenantId> tenant, string path, HttpContext http, RequestReader requests, KeyService keys, TimeProvider clock)
    {
        if (!tenant.IsSuccess)
            return new ProblemResult(tenant.Error);
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var wish = TenantRequests.ReadKey(json.Root, clock.GetUtcNow());
        if (!wish.IsSuccess)
            return new ProblemResult(wish.Error);
        var created = await keys.CreateAsync(tenant.Value, wish.Value.Name, wish.Value.Scope);
        if (!created.IsSuccess)
            return new ProblemResult(created.Error);
        var view = View(created.Value.Info);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{path}/{view.Id}", new CreatedKeyResponse
        {
            Id = view.Id,
            Key = created.Value.Key.Reveal(),
            Name = view.Name,
            Role = view.Role,
            Indexes = view.Indexes,
            CreatedAt = view.CreatedAt,
            ExpiresAt = view.ExpiresAt,
        });
    }

    private static async Task<Results<Ok<KeyListResponse>, ProblemResult>> ListAsync(Result<TenantId> tenant, HttpContext http, KeyService keys)
    {
        if (!tenant.IsSuccess)
            return new ProblemResult(tenant.Error);
        var all = await keys.ListAsync(tenant.Value, http.RequestAborted);
        return all.IsSuccess ? TypedResults.Ok(new KeyListResponse { Keys = [.. all.Value.Select(View)] }) : new ProblemResult(all.Error);
    }

    private static async Task<Results<Ok<KeyResponse>, ProblemResult>> GetAsync(Result<TenantId> tenant, string key, HttpContext http, KeyService keys)
    {
        var found = tenant.IsSuccess ? await keys.GetAsync(tenant.Value, key, http.RequestAborted) : tenant.Error;
        return found.IsSuccess ? TypedResults.Ok(View(found.Value)) : new ProblemResult(found.Error);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(Result<TenantId> tenant, string key, KeyService keys)
    {
        var error = tenant.IsSuccess ? await keys.DeleteAsync(tenant.Value, key) : tenant.Error;
        return error is null ? TypedResults.NoContent() : new ProblemResult(error);
    }

    private static KeyResponse View(KeyInfo key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Role = key.Scope.Role switch
        {
            KeyRole.Read => "read",
            KeyRole.Write => "write",
            KeyRole.Admin => "admin",
            _ => throw new InvalidDataException($"{key.Scope.Role} is no role."),
        },
        Indexes = key.Scope.AllIndexes ? null : key.Scope.Indexes,
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.Scope.ExpiresAt,
        LastUsedAt = key.LastUsedAt,
    };
}

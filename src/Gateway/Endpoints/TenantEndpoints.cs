using System.ComponentModel;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Tenants;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Tenants: create, list, look at, delete. For the operator.</summary>
internal static class TenantEndpoints
{
    public static void MapTenants(this RouteGroupBuilder admin)
    {
        var tenants = admin.MapGroup("/tenants").WithTags("Tenants");
        tenants.MapPost("", CreateAsync).Accepts<CreateTenantRequest>(RequestJson.Json)
            .Named("createTenant", "Create a tenant", "It has its own indexes and its own keys, and nothing in common with any other.")
            .WithErrors(Slugs.InvalidName, Slugs.TenantExists)
            .WithErrors(EndpointConventions.OfJsonBody);
        tenants.MapGet("", ListAsync)
            .Named("listTenants", "List the tenants", "By id, a page at a time. The last page has no cursor.")
            .WithQuery("limit", "cursor")
            .WithErrors(Slugs.MalformedRequest, Slugs.InvalidCursor);
        tenants.MapGet("/{tenant}", GetAsync)
            .Named("getTenant", "Look at a tenant")
            .WithErrors(Slugs.TenantNotFound);
        tenants.MapDelete("/{tenant}", DeleteAsync)
            .Named("deleteTenant", "Delete a tenant", "Its keys, indexes, documents and snapshots are gone when this is answered. One that is cut short goes on when it is asked again, or when a server starts. The tenant default loses all that it has and stays.")
            .WithErrors(Slugs.TenantNotFound);
    }

    /// <summary>The tenant of a path.</summary>
    public static Result<TenantId> Of(string tenant) =>
        TenantId.TryParse(tenant, out var id) ? id : Error.Of(Slugs.TenantNotFound, $"There is no tenant '{Pointer.Quote(tenant)}'.");

    private static async Task<Results<Created<TenantResponse>, ProblemResult>> CreateAsync(HttpContext http, RequestReader requests, TenantService tenants)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var wish = TenantRequests.ReadCreate(json.Root);
        if (!wish.IsSuccess)
            return new ProblemResult(wish.Error);
        var created = await tenants.CreateAsync(wish.Value.Id, wish.Value.Quotas);
        return created.IsSuccess ? TypedResults.Created($"/admin/v1/tenants/{wish.Value.Id}", View(created.Value)) : new ProblemResult(created.Error);
    }

    private static async Task<Results<Ok<TenantListResponse>, ProblemResult>> ListAsync(
        [Description("Tenants of a page, 1 to 1,000. Default 100.")] string? limit,
        [Description("What the page before gave; absent for the first page.")] string? cursor,
        HttpContext http,
        TenantService tenants)
    {
        var page = TenantRequests.ReadPage(limit, cursor);
        if (!page.IsSuccess)
            return new ProblemResult(page.Error);
        var (found, more) = await tenants.ListAsync(page.Value.Limit, page.Value.After, http.RequestAborted);
        return TypedResults.Ok(new TenantListResponse
        {
            Tenants = [.. found.Select(tenant => new TenantEntryWire { Id = tenant.Id, CreatedAt = tenant.CreatedAt })],
            Cursor = more ? TenantCursor.Write(found[^1].Id) : null,
        });
    }

    private static async Task<Results<Ok<TenantResponse>, ProblemResult>> GetAsync(string tenant, HttpContext http, TenantService tenants)
    {
        var id = Of(tenant);
        if (!id.IsSuccess)
            return new ProblemResult(id.Error);
        var found = await tenants.GetAsync(id.Value, http.RequestAborted);
        return found.IsSuccess ? TypedResults.Ok(View(found.Value)) : new ProblemResult(found.Error);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(string tenant, TenantService tenants)
    {
        var id = Of(tenant);
        var error = id.IsSuccess ? await tenants.DeleteAsync(id.Value) : id.Error;
        return error is null ? TypedResults.NoContent() : new ProblemResult(error);
    }

    private static TenantResponse View(TenantInfo tenant) => new()
    {
        Id = tenant.Id,
        Status = tenant.IsDeleting ? "deleting" : "live",
        CreatedAt = tenant.CreatedAt,
        Quotas = new QuotasWire
        {
            MaxIndexes = tenant.Quotas.MaxIndexes,
            MaxDocuments = tenant.Quotas.MaxDocuments,
            MaxBytes = tenant.Quotas.MaxBytes,
            RequestsPerMinute = tenant.Quotas.RequestsPerMinute,
            EncodesPerMinute = tenant.Quotas.EncodesPerMinute,
        },
        Indexes = tenant.Indexes,
    };
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Indexes: create, list, look at, change, delete.</summary>
internal static class IndexEndpoints
{
    public static void MapIndexes(this RouteGroupBuilder v1)
    {
        var indexes = v1.MapGroup("/indexes").WithTags("Indexes");
        indexes.MapPost("", CreateAsync).Accepts<CreateIndexRequest>(RequestJson.Json)
            .For(Access.Admin, allIndexes: true).Named("createIndex", "Create an index", "An index holds documents of one model. Fields that filters and facets will use are declared here, or added later.")
            .WithErrors(Slugs.InvalidName, Slugs.ModelNotFound, Slugs.IndexExists, Slugs.QuotaExceeded, Slugs.DimensionMismatch, Slugs.ModelRequired, Slugs.ModelUnusable)
            .WithErrors(EndpointConventions.OfJsonBody);
        indexes.MapGet("", ListAsync)
            .For(Access.Read).Named("listIndexes", "List all indexes");
        indexes.MapGet("/{index}", GetAsync)
            .For(Access.Read).Named("getIndex", "Look at an index", "With its size and the state of each shard.")
            .WithErrors(Slugs.IndexNotFound);
        indexes.MapPatch("/{index}", UpdateAsync).Accepts<UpdateIndexRequest>(RequestJson.Json, RequestJson.MergePatch)
            .For(Access.Admin).Named("updateIndex", "Change an index", "Adds fields, which are filled from the metadata that is stored, or changes targets. Fields can't be removed, nor change their type.")
            .WithErrors(Slugs.IndexNotFound, Slugs.IndexChanged)
            .WithErrors(EndpointConventions.OfJsonBody);
        indexes.MapDelete("/{index}", DeleteAsync)
            .For(Access.Admin).Named("deleteIndex", "Delete an index", "All its documents are gone when this is answered.")
            .WithErrors(Slugs.IndexNotFound);
    }

    private static async Task<Results<Created<IndexResponse>, ProblemResult>> CreateAsync(HttpContext http, RequestReader requests, IndexService indexes)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var wish = IndexRequests.ReadCreate(json.Root);
        if (!wish.IsSuccess)
            return new ProblemResult(wish.Error);
        var created = await indexes.CreateAsync(TenantFeature.Of(http), wish.Value);
        return created.IsSuccess
            ? TypedResults.Created($"/v1/indexes/{wish.Value.Name}", IndexView.Of(created.Value))
            : new ProblemResult(created.Error);
    }

    private static async Task<Ok<IndexListResponse>> ListAsync(HttpContext http, IndexService indexes)
    {
        var all = await indexes.ListAsync(TenantFeature.Whole(http), http.RequestAborted);
        return TypedResults.Ok(new IndexListResponse { Indexes = [.. all.Select(IndexView.Of)] });
    }

    private static async Task<Results<Ok<IndexResponse>, ProblemResult>> GetAsync(string index, HttpContext http, IndexService indexes)
    {
        var status = await indexes.StatusAsync(TenantFeature.Of(http), index);
        return status.IsSuccess ? TypedResults.Ok(IndexView.Of(status.Value)) : new ProblemResult(status.Error);
    }

    private static async Task<Results<Ok<IndexResponse>, ProblemResult>> UpdateAsync(
        string index, HttpContext http, RequestReader requests, IndexService indexes)
    {
        var body = await requests.ReadJsonAsync(http, RequestJson.Json, RequestJson.MergePatch);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var patch = IndexRequests.ReadUpdate(json.Root);
        if (!patch.IsSuccess)
            return new ProblemResult(patch.Error);
        var updated = await indexes.UpdateAsync(TenantFeature.Of(http), index, patch.Value);
        return updated.IsSuccess ? TypedResults.Ok(IndexView.Of(updated.Value)) : new ProblemResult(updated.Error);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(string index, HttpContext http, IndexService indexes) =>
        await indexes.DeleteAsync(TenantFeature.Of(http), index) is { } error ? new ProblemResult(error) : TypedResults.NoContent();
}

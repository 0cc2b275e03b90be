using System.ComponentModel;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Single documents: put, get, image, patch, delete; and scrolling through all.</summary>
internal static class DocumentEndpoints
{
    private static readonly IReadOnlyList<string> PatchMembers = GatewayJson.MembersOf<PatchRequest>();

    public static void MapDocuments(this RouteGroupBuilder v1)
    {
        var documents = v1.MapGroup("/indexes/{index}/documents").WithTags("Documents").WithErrors(Slugs.IndexNotFound);
        documents.MapGet("", ScrollAsync)
            .For(Access.Read).Named("scrollDocuments", "List documents in id order", "A stable scroll: documents that are neither written nor deleted meanwhile come exactly once. The last page has no cursor.")
            .WithQuery("limit", "cursor", "filter", "include")
            .WithErrors(Slugs.MalformedRequest, Slugs.InvalidCursor, Slugs.InvalidFilter, Slugs.UndeclaredField);
        documents.MapPut("/{id}", PutDocument.HandleAsync)
            .Accepts<DocumentInput>(RequestJson.Json, PutDocument.AnyImage, PutDocument.Multipart)
            .For(Access.Write).Named("putDocument", "Create or replace a document", "The body is a document as JSON, or the bytes of an image, or multipart/form-data with the parts image (bytes) and metadata (a JSON object).")
            .WithErrors(Slugs.InvalidId, Slugs.InvalidMetadata, Slugs.MetadataTooLarge, Slugs.DocumentTooLarge, Slugs.QuotaExceeded, Slugs.IndexChanged)
            .WithErrors(EndpointConventions.OfJsonBody).WithErrors(EndpointConventions.OfEmbedding);
        documents.MapGet("/{id}", GetAsync)
            .For(Access.Read).Named("getDocument", "Get a document")
            .WithQuery("include")
            .WithErrors(Slugs.MalformedRequest, Slugs.InvalidId, Slugs.DocumentNotFound);
        documents.MapGet("/{id}/image", GetImageAsync)
            .For(Access.Read).Named("getDocumentImage", "Get the kept image of a document", "The thumbnail or the original, as the index keeps images.")
            .Produces(StatusCodes.Status200OK, null, "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif")
            .WithErrors(Slugs.MalformedRequest, Slugs.InvalidId, Slugs.DocumentNotFound, Slugs.ImageNotFound);
        documents.MapPatch("/{id}", PatchAsync).Accepts<PatchRequest>(RequestJson.Json, RequestJson.MergePatch)
            .For(Access.Write).Named("patchDocument", "Change a document's metadata", "By a JSON merge patch (RFC 7396): null removes a member, the rest stays. The answer is the document as it is afterwards.")
            .WithErrors(Slugs.InvalidId, Slugs.DocumentNotFound, Slugs.InvalidMetadata, Slugs.MetadataTooLarge, Slugs.IndexChanged)
            .WithErrors(EndpointConventions.OfJsonBody);
        documents.MapDelete("/{id}", DeleteAsync)
            .For(Access.Write).Named("deleteDocument", "Delete a document")
            .WithErrors(Slugs.MalformedRequest, Slugs.InvalidId, Slugs.DocumentNotFound);
    }

    private static async Task<Results<Ok<ScrollResponse>, ProblemResult>> ScrollAsync(
        string index,
        [Description("Documents of a page, 1 to 1,000. Default 100.")] string? limit,
        [Description("What the page before gave; absent for the first page.")] string? cursor,
        [Description("A filter as JSON, percent-encoded.")] string? filter,
        [Description("vector: with embeddings.")] string? include,
        HttpContext http,
        IndexDirectory directory,
        ScrollService scroll)
    {
        var page = await directory.WithAsync(TenantFeature.Of(http), index, async known =>
        {
            var request = ScrollRequest.Read(known, limit, cursor, filter, include);
            return request.IsSuccess ? await scroll.ReadAsync(known, request.Value, http.RequestAborted) : request.Error;
        });
        return page.IsSuccess ? TypedResults.Ok(page.Value) : new ProblemResult(page.Error);
    }

    private static async Task<Results<Ok<DocumentResponse>, ProblemResult>> GetAsync(
        string index, string id, [Description("vector: with the embedding.")] string? include, HttpContext http, IndexDirectory directory, DocumentService documents)
    {
        var decoded = RouteId.Of(http);
        if (!decoded.IsSuccess)
            return new ProblemResult(decoded.Error);
        var wanted = ScrollRequest.ReadInclude(include);
        if (!wanted.IsSuccess)
            return new ProblemResult(wanted.Error);
        var document = await directory.WithAsync(TenantFeature.Of(http), index, async known =>
        {
            var row = await documents.GetAsync(known, decoded.Value, wanted.Value);
            return row.IsSuccess ? DocumentView.Of(known, row.Value) : Result<DocumentResponse>.Fail(row.Error);
        });
        return document.IsSuccess ? TypedResults.Ok(document.Value) : new ProblemResult(document.Error);
    }

    private static async Task<IResult> GetImageAsync(string index, string id, HttpContext http, IndexDirectory directory, DocumentService documents)
    {
        var decoded = RouteId.Of(http);
        if (!decoded.IsSuccess)
            return new ProblemResult(decoded.Error);
        var image = await directory.WithAsync(TenantFeature.Of(http), index, known => documents.GetImageAsync(known, decoded.Value));
        if (!image.IsSuccess)
            return new ProblemResult(image.Error);
        // It may be replaced at any time: a cache must ask, and hears that nothing has changed.
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Bytes(image.Value.Bytes, image.Value.ContentType, entityTag: ImageTag.Of(image.Value.Bytes));
    }

    private static async Task<Results<Ok<DocumentResponse>, ProblemResult>> PatchAsync(
        string index, string id, HttpContext http, RequestReader requests, IndexDirectory directory, DocumentService documents)
    {
        var decoded = RouteId.Of(http);
        if (!decoded.IsSuccess)
            return new ProblemResult(decoded.Error);
        var body = await requests.ReadJsonAsync(http, RequestJson.Json, RequestJson.MergePatch);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var patched = await directory.WithAsync(TenantFeature.Of(http), index, async known =>
        {
            var faults = new Faults();
            var fields = JsonFields.Open(json.Root, "", faults, PatchMembers);
            if (fields.IsObject && !fields.Has("metadata"))
                fields.Fault("metadata", "A merge patch is needed.");
            var patch = fields.Object("metadata") is { } metadata ? new DocumentReader(known, requests.Limits).CheckSize(metadata, "/metadata", faults) : null;
            if (patch is null)
                return faults.ToError();
            var row = faults.Any ? faults.ToError() : await documents.PatchAsync(known, decoded.Value, patch);
            return row.IsSuccess ? DocumentView.Of(known, row.Value) : Result<DocumentResponse>.Fail(row.Error);
        });
        return patched.IsSuccess ? TypedResults.Ok(patched.Value) : new ProblemResult(patched.Error);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(
        string index, string id, HttpContext http, IndexDirectory directory, DocumentService documents)
    {
        var decoded = RouteId.Of(http);
        if (!decoded.IsSuccess)
            return new ProblemResult(decoded.Error);
        var deleted = await directory.WithAsync(TenantFeature.Of(http), index, async known =>
            await documents.DeleteAsync(known, decoded.Value) is { } error ? error : Result<bool>.Ok(true));
        return deleted.IsSuccess ? TypedResults.NoContent() : new ProblemResult(deleted.Error);
    }
}

using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Puts one document: as JSON, as the bytes of an image, or as a form of both.</summary>
internal static class PutDocument
{
    public const string AnyImage = "image/*";
    public const string Multipart = "multipart/form-data";

    public static async Task<Results<Created<DocumentResult>, Ok<DocumentResult>, ProblemResult>> HandleAsync(
        string index, string id, HttpContext http, RequestReader requests, IndexDirectory directory, IngestPipeline pipeline)
    {
        var decoded = RouteId.Of(http);
        if (!decoded.IsSuccess)
            return new ProblemResult(decoded.Error);
        var known = await directory.FindAsync(TenantFeature.Of(http), index);
        if (!known.IsSuccess)
            return new ProblemResult(known.Error);
        var item = await ReadAsync(known.Value, decoded.Value, http, requests);
        if (item.Error is not null)
            return new ProblemResult(item.Error);
        var written = await pipeline.RunOneAsync(known.Value, item, http.RequestAborted);
        if (written.Error is not null)
            return new ProblemResult(written.Error);
        var result = written.ToWire();
        return written.Status == WriteStatus.Created ? TypedResults.Created(SearchAnswer.PathOf(known.Value, decoded.Value), result) : TypedResults.Ok(result);
    }

    private static async Task<DocumentItem> ReadAsync(OpenIndex index, string id, HttpContext http, RequestReader requests)
    {
        if (RequestJson.HasType(http, RequestJson.Json))
            return await ReadJsonAsync(index, id, http, requests);
        var isImage = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.Type.Equals("image", StringComparison.OrdinalIgnoreCase);
        if (!isImage && !RequestJson.HasType(http, Multipart))
            return DocumentItem.Failed(RequestJson.UnsupportedType(http, RequestJson.Json, AnyImage, Multipart));
        if (!index.HasModel)
            return DocumentItem.Failed(Error.Of(Slugs.ModelRequired, $"Index '{index.Name}' has the model 'none': put a JSON document with a vector of {index.Dimensions} numbers."));
        return isImage ? await ReadImageAsync(id, http, requests) : await DocumentForm.ReadAsync(index, id, type!, http, requests);
    }

    private static async Task<DocumentItem> ReadJsonAsync(OpenIndex index, string id, HttpContext http, RequestReader requests)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return DocumentItem.Failed(body.Error);
        using var json = body.Value;
        var item = new DocumentReader(index, requests.Limits).Read(json.Root);
        if (item.Error is not null || item.Id is null || item.Id == id)
            return item.Error is null ? item.WithId(id) : item;
        item.Dispose();
        return DocumentItem.Failed(Error.At(Slugs.MalformedRequest, "The id of the document must be the id in the path, or be left out.", "/id"));
    }

    private static async Task<DocumentItem> ReadImageAsync(string id, HttpContext http, RequestReader requests)
    {
        var body = await RequestBody.ReadAsync(http, requests.Limits.MaxImageBytes, requests.Budgets.Bodies);
        if (!body.IsSuccess)
            return DocumentItem.Failed(body.Error.Slug == Slugs.BodyTooLarge ? body.Error with { Slug = Slugs.ImageTooLarge } : body.Error);
        using var image = body.Value;
        return new DocumentItem { Id = id, Source = new Source { Kind = SourceKind.ImageBase64, Pointer = "", Image = new ImageBuffer(image.Bytes.ToArray()) } };
    }
}

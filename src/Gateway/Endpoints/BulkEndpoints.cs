using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Audit;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Many documents at once: put and delete.</summary>
internal static class BulkEndpoints
{
    public const string Ndjson = "application/x-ndjson";

    private const int MaxDeletedIds = 10_000;

    private static readonly IReadOnlyList<string> DeleteMembers = GatewayJson.MembersOf<DeleteRequest>();

    public static void MapBulk(this RouteGroupBuilder v1)
    {
        var documents = v1.MapGroup("/indexes/{index}/documents").WithTags("Documents").WithErrors(Slugs.IndexNotFound);
        documents.MapPost("", PutAsync).Accepts<BulkRequest>(RequestJson.Json, Ndjson).Produces<BulkResponse>()
            .For(Access.Write).Named("putDocuments", "Create or replace many documents", "As JSON up to 1,000: nothing is written before the whole body has been read. As application/x-ndjson any number, a document a line, each answered by a line as soon as it is durable. Some may fail while others succeed: look at each result.")
            .WithErrors(EndpointConventions.OfJsonBody);
        documents.MapPost("/delete", DeleteAsync).Accepts<DeleteRequest>(RequestJson.Json)
            .For(Access.Write).WithMetadata(Auditing.Wanted).Named("deleteDocuments", "Delete many documents", "By id, or by a filter. Ids that are not there are passed over.")
            .WithErrors(Slugs.InvalidId, Slugs.InvalidFilter, Slugs.UndeclaredField, Slugs.IndexChanged)
            .WithErrors(EndpointConventions.OfJsonBody);
    }

    private static async Task<IResult> PutAsync(
        string index, HttpContext http, RequestReader requests, IndexDirectory directory, IngestPipeline pipeline, TimeProvider clock)
    {
        var isNdjson = RequestJson.HasType(http, Ndjson);
        if (!isNdjson && !RequestJson.HasType(http, RequestJson.Json))
            return new ProblemResult(RequestJson.UnsupportedType(http, RequestJson.Json, Ndjson));
        var known = await directory.FindAsync(TenantFeature.Of(http), index);
        if (!known.IsSuccess)
            return new ProblemResult(known.Error);
        if (!isNdjson && http.Request.ContentLength > requests.Limits.MaxBulkBodyBytes)
            return new ProblemResult(RequestBody.TooLarge(requests.Limits.MaxBulkBodyBytes));
        if (!await requests.Budgets.Bulk.TryEnterAsync(known.Value.Tenant.Value, Budgets.Patience, http.RequestAborted))
            return new ProblemResult(Error.Of(Slugs.Overloaded, "As many of your bulk requests are at work as there are places for you: try again in a moment."));
        try
        {
            RequestBody.LiftServerLimit(http);
            var documents = new DocumentReader(known.Value, requests.Limits);
            return isNdjson
                ? await StreamAsync(http, known.Value, new NdjsonStream(http.Request.BodyReader, documents, requests.Budgets, requests.Limits, clock), pipeline)
                : await PutWholeAsync(http, known.Value, new BulkJsonStream(http.Request.BodyReader, documents, requests.Budgets, requests.Limits), pipeline);
        }
        finally
        {
            requests.Budgets.Bulk.Leave(known.Value.Tenant.Value);
        }
    }

    private static async Task<IResult> PutWholeAsync(HttpContext http, OpenIndex index, BulkJsonStream stream, IngestPipeline pipeline)
    {
        var results = new List<DocumentResult>();
        await foreach (var written in pipeline.RunAsync(index, stream, whole: true, http.RequestAborted))
            results.AddRange(written.Select(document => document.ToWire()));
        if (stream.Failure is not null)
            return new ProblemResult(stream.Failure);
        var failed = results.Count(result => result.Error is not null);
        return TypedResults.Ok(new BulkResponse { Results = results, Succeeded = results.Count - failed, Failed = failed });
    }

    private static async Task<IResult> StreamAsync(HttpContext http, OpenIndex index, NdjsonStream stream, IngestPipeline pipeline)
    {
        // The sender may wait for answers before it goes on, however long that takes it; silence is limited by the stream.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        http.Response.ContentType = Ndjson;
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        await foreach (var written in pipeline.RunAsync(index, stream, whole: false, http.RequestAborted))
        {
            foreach (var document in written)
                WriteLine(http, document);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }

        if (stream.Failure is not null)
            WriteLine(http, new WrittenDocument(null, Contracts.Documents.WriteStatus.Failed, stream.Failure));
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        return TypedResults.Empty;
    }

    private static void WriteLine(HttpContext http, WrittenDocument document)
    {
        var output = http.Response.BodyWriter;
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = GatewayJson.Relaxed.Options.Encoder }))
            JsonSerializer.Serialize(writer, document.ToWire(), GatewayJson.Relaxed.DocumentResult);
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }

    private static async Task<Results<Ok<DeleteResponse>, ProblemResult>> DeleteAsync(
        string index, HttpContext http, RequestReader requests, IndexDirectory directory, DocumentService documents)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var deleted = await directory.WithAsync(TenantFeature.Of(http), index, async known =>
        {
            var request = ReadDelete(json.Root, known);
            if (!request.IsSuccess)
                return request.Error;
            return request.Value.Ids is { } ids ? await documents.DeleteAsync(known, ids) : await documents.DeleteMatchingAsync(known, request.Value.Filter!);
        });
        return deleted.IsSuccess ? TypedResults.Ok(new DeleteResponse { Deleted = deleted.Value }) : new ProblemResult(deleted.Error);
    }

    private static Result<(IReadOnlyList<string>? Ids, byte[]? Filter)> ReadDelete(JsonElement root, OpenIndex index)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, DeleteMembers);
        if (fields.IsObject && fields.Has("ids") == fields.Has("filter"))
            faults.Malformed("", "Exactly one of ids, filter is needed.");
        var ids = fields.Texts("ids", MaxDeletedIds, DocumentIds.Check, Slugs.InvalidId);
        var filter = fields.Object("filter") is { } element ? SearchReader.ReadFilter(element, index.Schema, "/filter", faults) : null;
        return faults.Any ? faults.ToError() : (ids, filter);
    }
}

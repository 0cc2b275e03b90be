using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Json;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Searches, one or many.</summary>
internal static class SearchEndpoints
{
    private static readonly IReadOnlyList<string> BatchMembers = GatewayJson.MembersOf<BatchSearchRequest>();

    public static void MapSearch(this RouteGroupBuilder v1)
    {
        var indexes = v1.MapGroup("/indexes/{index}").WithTags("Search")
            .WithErrors(Slugs.IndexNotFound, Slugs.IndexChanged)
            .WithErrors(EndpointConventions.OfJsonBody);
        indexes.MapPost("/search", SearchAsync).Accepts<SearchRequest>(RequestJson.Json)
            .For(Access.Read).Named("search", "Search", "By words, by an image, by a vector, by a stored document, or by several of these with weights; under filters; with facets.")
            .WithErrors(Slugs.InvalidId, Slugs.InvalidFilter, Slugs.UndeclaredField, Slugs.DocumentNotFound, Slugs.Partial)
            .WithErrors(EndpointConventions.OfEmbedding);
        indexes.MapPost("/search/batch", SearchManyAsync).Accepts<BatchSearchRequest>(RequestJson.Json)
            .For(Access.Read).Named("searchBatch", "Search many times", "Each of up to 64 searches has its own answer or its own problem, in order.");
    }

    private static async Task<Results<Ok<SearchResponse>, ProblemResult>> SearchAsync(
        string index, HttpContext http, RequestReader requests, SearchRunner runner)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var answer = await runner.RunAsync(TenantFeature.Of(http), index, json.Root, "", http.RequestAborted);
        return answer.IsSuccess ? TypedResults.Ok(answer.Value) : new ProblemResult(answer.Error);
    }

    private static async Task<Results<Ok<BatchSearchResponse>, ProblemResult>> SearchManyAsync(
        string index, HttpContext http, RequestReader requests, SearchRunner runner, IndexDirectory directory, IOptions<QueryOptions> options)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var searches = ReadBatch(json.Root);
        if (!searches.IsSuccess)
            return new ProblemResult(searches.Error);
        var tenant = TenantFeature.Of(http);
        // That there is no such index is the failure of the request, not of each search.
        var known = await directory.FindAsync(tenant, index);
        if (!known.IsSuccess)
            return new ProblemResult(known.Error);
        var results = new RawJson[searches.Value.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.BatchParallel, CancellationToken = http.RequestAborted };
        await Parallel.ForAsync(0, results.Length, parallel, async (i, cancel) =>
            results[i] = await runner.RunOneOfManyAsync(tenant, index, searches.Value[i], Pointer.Child("/searches", i), cancel));
        return TypedResults.Ok(new BatchSearchResponse { Results = results });
    }

    private static Result<IReadOnlyList<JsonElement>> ReadBatch(JsonElement root)
    {
        var faults = new Faults();
        var fields = JsonFields.Open(root, "", faults, BatchMembers);
        if (fields.IsObject && !fields.Has("searches"))
            fields.Fault("searches", "An array of searches is needed.");
        var searches = fields.Array("searches");
        if (searches?.GetArrayLength() is 0 or > Contracts.Limits.MaxSearchesPerBatch)
            fields.Fault("searches", string.Create(CultureInfo.InvariantCulture, $"There must be 1 to {Contracts.Limits.MaxSearchesPerBatch} searches; there are {searches.Value.GetArrayLength()}."));
        return faults.Any ? faults.ToError() : Result<IReadOnlyList<JsonElement>>.Ok([.. searches!.Value.EnumerateArray()]);
    }
}

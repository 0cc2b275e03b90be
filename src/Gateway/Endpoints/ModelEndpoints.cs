using System.Collections.Immutable;
using System.Text.Json;
using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Models;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>Models, and embeddings without an index.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this RouteGroupBuilder v1)
    {
        var models = v1.MapGroup("").WithTags("Models and embeddings");
        models.MapGet("/models", ListAsync)
            .For(Access.Read).Named("listModels", "List the models");
        models.MapPost("/embeddings", EmbedAsync).Accepts<EmbeddingsRequest>(RequestJson.Json)
            .For(Access.Read).Named("createEmbeddings", "Embed texts or images", "In the shape of OpenAI's API, so that its clients work.")
            .WithErrors(EndpointConventions.OfJsonBody).WithErrors(EndpointConventions.OfEmbedding);
    }

    private static async Task<Ok<ModelListResponse>> ListAsync(ModelDirectory models) =>
        TypedResults.Ok(new ModelListResponse { Models = [.. (await models.ListAsync()).Select(Of)] });

    private static async Task<Results<Ok<EmbeddingsResponse>, ProblemResult>> EmbedAsync(
        HttpContext http, RequestReader requests, ModelDirectory models, EmbeddingService embeddings, ImageFetcher fetcher)
    {
        var body = await requests.ReadJsonAsync(http);
        if (!body.IsSuccess)
            return new ProblemResult(body.Error);
        using var json = body.Value;
        var request = EmbeddingRequests.Read(json.Root, requests.Limits);
        if (!request.IsSuccess)
            return new ProblemResult(request.Error);
        using var query = request.Value;
        var model = await models.FindAsync(query.Model);
        if (!model.IsSuccess)
            return new ProblemResult(model.Error with { Fields = [new FieldError("/model", model.Error.Detail)] });
        if (query.Dimensions is { } dimensions && dimensions != model.Value.Dimensions)
            return new ProblemResult(Error.At(Slugs.DimensionMismatch, $"Model '{query.Model}' makes embeddings of {model.Value.Dimensions} numbers.", "/dimensions"));
        var encoder = EncoderModel.Of(model.Value);
        var tenant = TenantFeature.Of(http);
        var vectors = await Task.WhenAll(query.Inputs.Select(input => EmbedOneAsync(tenant, encoder, input, embeddings, fetcher, http.RequestAborted)));
        for (var i = 0; i < vectors.Length; i++)
        {
            if (vectors[i].Error is { } error)
                return new ProblemResult(error with { Fields = [new FieldError(query.Inputs[i].Pointer, error.Detail)] });
        }

        return TypedResults.Ok(ResponseOf(query, [.. vectors.Select(vector => vector.Value)]));
    }

    private static async Task<Result<byte[]>> EmbedOneAsync(
        TenantId tenant, EncoderModel model, Source input, EmbeddingService embeddings, ImageFetcher fetcher, CancellationToken cancel)
    {
        if (input.Kind == SourceKind.Text)
        {
            var text = await embeddings.EmbedTextAsync(tenant, model, input.Text!, mayWait: true, cancel);
            return text.IsSuccess ? text.Value.Vector : text.Error;
        }

        var fetched = input.ImageUrl is null ? null : await fetcher.FetchAsync(input.ImageUrl, cancel);
        if (fetched is { IsSuccess: false })
            return fetched.Error;
        using var image = fetched?.Value;
        var embedded = await embeddings.EmbedImageAsync(tenant, model, (image ?? input.Image!).Bytes, ThumbnailMode.None, mayWait: true, cancel);
        return embedded.IsSuccess ? embedded.Value.Vector : embedded.Error;
    }

    private static EmbeddingsResponse ResponseOf(EmbeddingsQuery query, ImmutableArray<byte[]> vectors) => new()
    {
        Object = "list",
        Model = query.Model,
        Data = [.. vectors.Select((vector, i) => new EmbeddingWire
        {
            Object = "embedding",
            Index = i,
            Embedding = new RawJson(query.AsBase64
                ? JsonSerializer.SerializeToUtf8Bytes(Convert.ToBase64String(vector), GatewayJson.Relaxed.String)
                : JsonSerializer.SerializeToUtf8Bytes(new VectorJson(vector), GatewayJson.Relaxed.VectorJson)),
        })],
        Usage = new UsageWire { PromptTokens = 0, TotalTokens = 0 },
    };

    private static ModelWire Of(ModelInfo model) => new()
    {
        Name = model.Name,
        Revision = model.Revision,
        Dimensions = model.Dimensions,
        ContextLength = model.ContextLength,
        Image = new ImageSizeWire { Width = model.Image.Width, Height = model.Image.Height },
        LogitScale = model.LogitScale,
        Licence = model.Licence,
        Source = model.Source,
        IsDefault = model.IsDefault,
        Problem = model.Problem,
    };
}

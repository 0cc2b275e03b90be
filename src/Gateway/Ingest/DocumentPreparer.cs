using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>A document that is ready to be written, or failed.</summary>
/// <param name="Id">Its id, made up if none was given; the given one, or null, when it failed.</param>
/// <param name="Operation">Null when it failed.</param>
/// <param name="Error">Null when it did not fail.</param>
internal sealed record PreparedDocument(string? Id, DocumentOperation? Operation, Error? Error);

/// <summary>Makes an item into what is written: fetches, decodes, embeds.</summary>
internal sealed partial class DocumentPreparer(
    ModelDirectory models, EmbeddingService embeddings, ImageFetcher fetcher, TimeProvider clock, ILogger<DocumentPreparer> logger)
{
    /// <summary>Never throws but for cancellation: what breaks is the failure of this one document.</summary>
    public async Task<PreparedDocument> PrepareAsync(OpenIndex index, DocumentItem item, CancellationToken cancel)
    {
        try
        {
            if (item.Error is not null)
                return new PreparedDocument(item.Id, null, item.Error);
            var operation = await EmbedAsync(index, item, item.Source!, cancel);
            return operation.IsSuccess
                ? new PreparedDocument(operation.Value.Id, operation.Value, null)
                : new PreparedDocument(item.Id, null, At(operation.Error, item.Source!.Pointer));
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            LogFailed(exception);
            return new PreparedDocument(item.Id, null, ThrownErrors.ToError(exception));
        }
        finally
        {
            item.Dispose();
        }
    }

    private async Task<Result<DocumentOperation>> EmbedAsync(OpenIndex index, DocumentItem item, Source source, CancellationToken cancel)
    {
        var operation = new DocumentOperation(
            OperationKind.Upsert,
            item.Id ?? Guid.CreateVersion7(clock.GetUtcNow()).ToString("N"),
            Metadata: item.Metadata,
            ImageUrl: source.ImageUrl?.AbsoluteUri,
            Text: source.Text,
            Vector: source.Vector);
        if (source.Kind == SourceKind.Vector)
            return operation;
        var model = await models.OfIndexAsync(index);
        if (!model.IsSuccess)
            return model.Error;
        switch (source.Kind)
        {
            case SourceKind.Text:
                var text = await embeddings.EmbedTextAsync(index.Tenant, model.Value, source.Text!, mayWait: true, cancel);
                return text.IsSuccess ? operation with { Vector = text.Value.Vector } : text.Error;
            case SourceKind.ImageUrl:
                var fetched = await fetcher.FetchAsync(source.ImageUrl!, cancel);
                if (!fetched.IsSuccess)
                    return fetched.Error;
                using (fetched.Value)
                    return await EmbedImageAsync(index, model.Value, operation, fetched.Value, cancel);
            case SourceKind.ImageBase64:
                return await EmbedImageAsync(index, model.Value, operation, source.Image!, cancel);
            default:
                throw new InvalidOperationException($"{source.Kind} is not a source of a document.");
        }
    }

    private async Task<Result<DocumentOperation>> EmbedImageAsync(
        OpenIndex index, EncoderModel model, DocumentOperation operation, ImageBuffer image, CancellationToken cancel)
    {
        var keep = index.Spec.KeepImages;
        var thumbnail = keep == KeepImages.Thumbnail ? ThumbnailMode.Small : ThumbnailMode.None;
        var embedding = await embeddings.EmbedImageAsync(index.Tenant, model, image.Bytes, thumbnail, mayWait: true, cancel);
        if (!embedding.IsSuccess)
            return embedding.Error;
        operation = operation with { Vector = embedding.Value.Vector };
        return keep switch
        {
            KeepImages.Original => operation with { Image = image.Bytes, ImageContentType = embedding.Value.ContentType },
            KeepImages.Thumbnail when embedding.Value.Thumbnail is { } small =>
                operation with { Image = small.Bytes.ToArray(), ImageContentType = small.ContentType },
            _ => operation,
        };
    }

    private static Error At(Error error, string pointer) =>
        error.Fields.IsDefaultOrEmpty ? error with { Fields = [new FieldError(pointer, error.Detail)] } : error;

    [LoggerMessage(1, LogLevel.Error, "A document could not be prepared")]
    private partial void LogFailed(Exception exception);
}

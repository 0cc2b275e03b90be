using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Telemetry;

namespace ClipOrleans.Gateway.Embeddings;

/// <param name="Vector">float32 little-endian; shared with the cache, so it is only read.</param>
internal readonly record struct TextEmbedding(byte[] Vector, bool Cached);

/// <param name="Vector">float32 little-endian; shared with the cache, so it is only read.</param>
/// <param name="ContentType">What the bytes are, by their content.</param>
/// <param name="Thumbnail">If one was asked for.</param>
internal sealed record ImageEmbedding(byte[] Vector, string ContentType, Thumbnail? Thumbnail, bool Cached);

/// <summary>Texts and images to embeddings: cache, decoder, batches to the encoder grains.</summary>
internal sealed class EmbeddingService(
    EncoderPool encoders, GrainCalls calls, EmbeddingCache cache, ImageDecoder decoder, RateLimits rates, ComputePlaces places, GatewayInstruments instruments) : IAsyncDisposable
{
    /// <summary>Calls to one encoder at once, which is taken for a machine like this: while its cores compute, the next batch is already on its way.</summary>
    private static readonly int CallsEach = Environment.ProcessorCount + 1;

    /// <summary>Images of one call: about 2.4 MB of pixels at 224 × 224; longer batches gain nothing on a processor.</summary>
    private const int MaxImages = 16;

    private const int MaxTexts = 64;

    /// <summary>Prepared images that wait, about 20 MB at 224 × 224.</summary>
    private const int ImageQueue = 128;

    private const int TextQueue = 1_024;

    private readonly ConcurrentDictionary<string, Lazy<EncodeBatcher<string>>> _texts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<EncodeBatcher<byte[]>>> _images = new(StringComparer.Ordinal);

    /// <param name="tenant">Whose text it is: only what the same tenant asked before is known.</param>
    /// <param name="model">The model.</param>
    /// <param name="text">The text; the model cuts what is too long for it.</param>
    /// <param name="mayWait">Wait for a place in a full queue (imports) rather than answer overloaded (searches).</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async ValueTask<Result<TextEmbedding>> EmbedTextAsync(TenantId tenant, EncoderModel model, string text, bool mayWait, CancellationToken cancel)
    {
        var cached = cache.TryGetText(tenant, model, text, out var known);
        instruments.Embedded("text", cached);
        if (cached)
            return new TextEmbedding(known, true);
        if (await rates.RefuseEncodeAsync(tenant) is { } refusal)
            return refusal;
        using var place = await places.EnterAsync(tenant, isImport: mayWait, cancel);
        using var stage = instruments.Stage("encode");
        var answer = await TextsOf(model).EncodeAsync(tenant.Value, text, mayWait, cancel);
        if (!answer.IsSuccess)
            return answer.Error;
        cache.KeepText(tenant, model, text, Checked(model, answer.Value));
        return new TextEmbedding(answer.Value, false);
    }

    /// <summary>As <see cref="EmbedTextAsync"/>; errors of the image too.</summary>
    public async Task<Result<ImageEmbedding>> EmbedImageAsync(
        TenantId tenant, EncoderModel model, ReadOnlyMemory<byte> bytes, ThumbnailMode thumbnail, bool mayWait, CancellationToken cancel)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.Span, hash);
        var known = cache.FindImage(tenant, model, hash);
        instruments.Embedded("image", known is not null);
        if (known is not null && thumbnail == ThumbnailMode.None)
            return new ImageEmbedding(known.Vector, known.ContentType, null, true);
        // Before it is decoded, which costs this process more than anything else of a request.
        if (known is null && await rates.RefuseEncodeAsync(tenant) is { } refusal)
            return refusal;
        using var place = await places.EnterAsync(tenant, isImport: mayWait, cancel);
        var image = await decoder.DecodeAsync(tenant, bytes, model.Image, thumbnail, cancel);
        if (!image.IsSuccess)
            return image.Error;
        if (known is not null)
            return new ImageEmbedding(known.Vector, known.ContentType, image.Value.Thumbnail, true);
        using var stage = instruments.Stage("encode");
        var answer = await ImagesOf(model).EncodeAsync(tenant.Value, ExactArray(image.Value.Pixels), mayWait, cancel);
        if (!answer.IsSuccess)
            return answer.Error;
        cache.KeepImage(tenant, model, hash, new CachedImage(Checked(model, answer.Value), image.Value.ContentType));
        return new ImageEmbedding(answer.Value, image.Value.ContentType, image.Value.Thumbnail, false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var batcher in _texts.Values)
            await batcher.Value.DisposeAsync();
        foreach (var batcher in _images.Values)
            await batcher.Value.DisposeAsync();
    }

    private EncodeBatcher<string> TextsOf(EncoderModel model) => _texts.GetOrAdd(
        model.Name,
        name => new(() => new(Width, MaxTexts, TextQueue, (tenant, texts, cancel) =>
            CallAsync(tenant, texts.Length, encoder => encoder.EncodeTexts(name, texts, cancel), cancel)))).Value;

    private EncodeBatcher<byte[]> ImagesOf(EncoderModel model) => _images.GetOrAdd(
        model.Name,
        name => new(() => new(Width, MaxImages, ImageQueue, (tenant, images, cancel) =>
            CallAsync(tenant, images.Length, encoder => encoder.EncodeImages(name, images, cancel), cancel)))).Value;

    private async Task<Result<ImmutableArray<byte[]>>> CallAsync(
        string tenant, int inputs, Func<IEncoderGrain, Task<Result<ImmutableArray<byte[]>>>> call, CancellationToken cancel)
    {
        CallingTenant.Set(tenant);
        return await calls.RepeatAsync(() => encoders.CallAsync(inputs, call), CallPatience.OfLongWork, cancel);
    }

    private int Width() => CallsEach * encoders.Count;

    private static byte[] Checked(EncoderModel model, byte[] vector) =>
        vector.Length == model.Dimensions * sizeof(float)
            ? vector
            : throw new InvalidDataException($"Model '{model.Name}' answered a vector of {vector.Length} bytes instead of {model.Dimensions} numbers.");

    private static byte[] ExactArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
}

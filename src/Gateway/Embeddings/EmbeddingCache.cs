using System.Runtime.InteropServices;
using BitFaster.Caching.Lru;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>
/// Embeddings that were made before. The head of a shop's queries repeats all day; an image that comes again under
/// another id is known by its content. Keys name model and revision, so that a new model meets no old vector; and the tenant,
/// so that nobody learns from the time of an answer what another one asks (I5). The arrays are shared: nobody writes to them.
/// </summary>
internal sealed class EmbeddingCache(IOptions<QueryOptions> options)
{
    private readonly ConcurrentLru<TextKey, byte[]> _texts = new(options.Value.CachedTexts);
    private readonly ConcurrentLru<ImageKey, CachedImage> _images = new(options.Value.CachedImages);

    public bool TryGetText(TenantId tenant, EncoderModel model, string text, out byte[] vector)
    {
        var found = _texts.TryGet(new TextKey(tenant, model.Name, model.Revision, text), out var cached);
        vector = cached ?? [];
        return found;
    }

    public void KeepText(TenantId tenant, EncoderModel model, string text, byte[] vector) =>
        _texts.AddOrUpdate(new TextKey(tenant, model.Name, model.Revision, text), vector);

    public CachedImage? FindImage(TenantId tenant, EncoderModel model, ReadOnlySpan<byte> sha256) =>
        _images.TryGet(ImageKey.Of(tenant, model, sha256), out var cached) ? cached : null;

    public void KeepImage(TenantId tenant, EncoderModel model, ReadOnlySpan<byte> sha256, CachedImage image) =>
        _images.AddOrUpdate(ImageKey.Of(tenant, model, sha256), image);

    private readonly record struct TextKey(TenantId Tenant, string Model, string Revision, string Text);

    private readonly record struct ImageKey(TenantId Tenant, string Model, string Revision, UInt128 Front, UInt128 Back)
    {
        public static ImageKey Of(TenantId tenant, EncoderModel model, ReadOnlySpan<byte> sha256) =>
            new(tenant, model.Name, model.Revision, MemoryMarshal.Read<UInt128>(sha256), MemoryMarshal.Read<UInt128>(sha256[16..]));
    }
}

/// <summary>What is kept of an image that was embedded.</summary>
internal sealed record CachedImage(byte[] Vector, string ContentType);

using ClipOrleans.Clip.Images;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Embeddings;

/// <summary>Decodes images, a bounded number at once, and tells faults as errors.</summary>
internal sealed class ImageDecoder : IDisposable
{
    private readonly ImagePipeline _pipeline;
    private readonly DecodeThreads _threads;
    private readonly GatewayInstruments _instruments;

    public ImageDecoder(IOptions<LimitOptions> limits, GatewayInstruments instruments)
    {
        _instruments = instruments;
        _pipeline = new ImagePipeline(new ImageLimits
        {
            MaxBytes = limits.Value.MaxImageBytes,
            MaxPixels = limits.Value.MaxImagePixels,
            DecodingMemory = limits.Value.MaxDecodingBytes,
        });
        var count = limits.Value.MaxConcurrentDecodes;
        _threads = new DecodeThreads(count > 0 ? count : Environment.ProcessorCount);
    }

    /// <returns>The image, or image-too-large, image-undecodable or image-format-not-supported.</returns>
    public async Task<Result<PreparedImage>> DecodeAsync(TenantId tenant, ReadOnlyMemory<byte> bytes, ImageInputSpec spec, ThumbnailMode thumbnail, CancellationToken cancel)
    {
        var outcome = await _threads.RunAsync(
            tenant.Value,
            () =>
            {
                using var stage = _instruments.Stage("decode");
                return _pipeline.Prepare(bytes, spec, thumbnail);
            },
            cancel);
        return outcome.Succeeded ? outcome.Image : Error.Of(SlugOf(outcome.Error.Fault), outcome.Error.Message);
    }

    public void Dispose() => _threads.Dispose();

    private static string SlugOf(ImageFault fault) => fault switch
    {
        ImageFault.TooManyBytes or ImageFault.TooManyPixels => Slugs.ImageTooLarge,
        ImageFault.FormatNotAllowed => Slugs.ImageFormatNotSupported,
        ImageFault.Empty or ImageFault.UnknownFormat or ImageFault.Undecodable => Slugs.ImageUndecodable,
        _ => throw new InvalidOperationException($"{fault} is not a reason to refuse an image."),
    };
}

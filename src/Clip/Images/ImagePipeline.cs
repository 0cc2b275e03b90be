using System.Security.Cryptography;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Encoded bytes of unknown origin in, pixels for a model out. Safe for any number of threads at once; the work is done on the calling
/// thread, so the caller bounds how many images are in memory. Bad bytes are an <see cref="ImageError"/>, never an exception.
/// </summary>
public sealed class ImagePipeline
{
    private readonly ImageLimits _limits;

    public ImagePipeline(ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
    }

    /// <summary>Decodes <paramref name="bytes"/> once and makes of it the pixels that <paramref name="spec"/> asks for and, if wanted, a thumbnail.</summary>
    public ImageOutcome Prepare(ReadOnlyMemory<byte> bytes, ImageInputSpec spec, ThumbnailMode thumbnail)
    {
        ArgumentNullException.ThrowIfNull(spec);
        int Reduction(int width, int height)
        {
            var most = ImagePreprocessor.LargestReduction(width, height, spec);
            return thumbnail == ThumbnailMode.None ? most : Math.Min(most, Thumbnails.LargestReduction(width, height));
        }

        if (ImageDecoder.Decode(bytes, _limits, Reduction, out var decoded) is { } error)
            return ImageOutcome.Refused(error);
        using var image = decoded!;
        var (width, height) = image.Orientation.Swap(image.SourceWidth, image.SourceHeight);
        return ImageOutcome.Of(new PreparedImage(
            ImagePreprocessor.Prepare(image, spec),
            width,
            height,
            image.Format,
            SHA256.HashData(bytes.Span),
            thumbnail == ThumbnailMode.None ? null : Thumbnails.Make(image, bytes)));
    }
}

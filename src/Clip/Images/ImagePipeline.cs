using System.Security.Cryptography;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Encoded bytes of unknown origin in, pixels for a model out. Safe for any number of threads at once; the work is done on the calling
/// thread, so the caller bounds how many images are in memory. Bad bytes are an <see cref="ImageError"/>, never an exception.
/// </summary>
public sealed class ImagePipeline
{
    private readonly ImageLimits _limits;
    private readonly DecodingMemory _memory;

    public ImagePipeline(ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        _memory = new DecodingMemory(limits.DecodingMemory);
    }

    /// <summary>Decodes <paramref name="bytes"/> once and makes of it the pixels that <paramref name="spec"/> asks for and, if wanted, a thumbnail.</summary>
    public ImageOutcome Prepare(ReadOnlyMemory<byte> bytes, ImageInputSpec spec, ThumbnailMode thumbnail)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var taken = 0L;
        int Plan(ImageHeader header)
        {
            var reduction = ImagePreprocessor.LargestReduction(header, spec);
            if (thumbnail != ThumbnailMode.None && !Thumbnails.IsItsOwn(header, bytes.Length))
                reduction = Math.Min(reduction, Thumbnails.LargestReduction(header));
            taken = _memory.Take(DecodingMemory.Estimate(header, reduction));
            return reduction;
        }

        try
        {
            if (ImageDecoder.Decode(bytes, _limits, Plan, out var decoded) is { } error)
                return ImageOutcome.Refused(error);
            using var image = decoded!;
            var (width, height) = image.Source.Orientation.Swap(image.Source.Width, image.Source.Height);
            return ImageOutcome.Of(new PreparedImage(
                ImagePreprocessor.Prepare(image, spec),
                width,
                height,
                image.Source.Format,
                SHA256.HashData(bytes.Span),
                thumbnail == ThumbnailMode.None ? null : Thumbnails.Make(image, bytes)));
        }
        finally
        {
            _memory.GiveBack(taken);
        }
    }
}

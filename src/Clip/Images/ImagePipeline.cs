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
        throw new NotSupportedException($"Images are not decoded yet ({_limits.MaxBytes} bytes, {bytes.Length}, {thumbnail}).");
    }
}

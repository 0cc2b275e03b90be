using System.Runtime.InteropServices;
using NetVips;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Encoded bytes to pixels: format by the first bytes, limits by the header, then and only then pixels. Bad bytes are an
/// <see cref="ImageError"/>. What libvips says of damaged data is not passed on: its message buffer is one for the whole process and may
/// speak of somebody else's image.
/// </summary>
internal static class ImageDecoder
{
    /// <param name="encoded">The image as it was sent.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="plan">Called with the header when it is within the limits and before any pixel is computed: the largest whole factor by which the image may be reduced.</param>
    /// <param name="image">The pixels.</param>
    public static ImageError? Decode(ReadOnlyMemory<byte> encoded, ImageLimits limits, Func<ImageHeader, int> plan, out DecodedImage? image)
    {
        image = null;
        if (encoded.Length > limits.MaxBytes)
            return new ImageError(ImageFault.TooManyBytes, $"The image has {encoded.Length} bytes: at most {limits.MaxBytes} are accepted.");
        if (FormatSniffer.Sniff(encoded.Span, out var format) is { } refused)
            return refused;
        return format == ImageFormat.Bmp
            ? BmpReader.Read(encoded.Span, limits, plan, out image)
            : DecodeByVips(encoded, format, limits, plan, out image);
    }

    private static ImageError? DecodeByVips(ReadOnlyMemory<byte> encoded, ImageFormat format, ImageLimits limits, Func<ImageHeader, int> plan, out DecodedImage? image)
    {
        image = null;
        using var decoder = new VipsDecoder(format, Whole(encoded), limits);
        try
        {
            if (decoder.Open() is { } broken)
                return broken;
            if (format == ImageFormat.Jpeg && JpegScans.Check(encoded.Span, decoder.Header, limits) is { } slow)
                return slow;
            image = decoder.Decode(plan(decoder.Header));
            return null;
        }
        catch (VipsException)
        {
            return new ImageError(ImageFault.Undecodable, $"The {format} data is damaged, incomplete or of a kind that is not supported: send the whole, undamaged file.");
        }
    }

    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();
}

using NetVips;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// Small pictures for people, from pixels that were decoded for the model anyway. JPEG rather than WebP: a third of the time at this size,
/// and it sits on the way of every import.
/// </summary>
internal static class Thumbnails
{
    public const int LongestSide = 256;

    private const int Quality = 80;

    /// <summary>
    /// An image that costs no more than this many bytes is its own thumbnail: making a smaller one would save a few kilobytes and cost as
    /// much time as embedding the image.
    /// </summary>
    private const int LargestKept = 16 * 1024;

    private const int LongestSideKept = 2 * LongestSide;

    /// <summary>The bytes as they were sent will do.</summary>
    public static bool IsItsOwn(ImageHeader header, int bytes) =>
        bytes <= LargestKept && Math.Max(header.Width, header.Height) <= LongestSideKept
        && header is { IsPlain: true, Format: ImageFormat.Jpeg or ImageFormat.Png or ImageFormat.WebP };

    public static int LargestReduction(ImageHeader header) => Math.Max(1, Math.Max(header.Width, header.Height) / LongestSide);

    public static Thumbnail Make(DecodedImage image, ReadOnlyMemory<byte> encoded)
    {
        var source = image.Source;
        if (IsItsOwn(source, encoded.Length))
            return new Thumbnail(encoded.ToArray(), ImageFormats.ContentType(source.Format), source.Width, source.Height);
        var scale = Math.Min(1.0, (double)LongestSide / Math.Max(source.Width, source.Height));
        var width = Math.Max(1, (int)Math.Round(source.Width * scale));
        var height = Math.Max(1, (int)Math.Round(source.Height * scale));
        var pixels = source.Orientation.Apply(image.Resample(ResampleFilter.Bilinear, (width, 0, width), (height, 0, height)), width, height);
        (width, height) = source.Orientation.Swap(width, height);
        return new Thumbnail(Encode(pixels, width, height), ImageFormats.ContentType(ImageFormat.Jpeg), width, height);
    }

    private static byte[] Encode(byte[] pixels, int width, int height)
    {
        Vips.Ready();
        using var raw = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        using var image = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return image.JpegsaveBuffer(q: Quality, keep: Enums.ForeignKeep.None);
    }
}

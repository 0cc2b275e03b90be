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

    /// <summary>An image that is this small already, in every sense, is its own thumbnail.</summary>
    private const int LargestKept = 32 * 1024;

    public static int LargestReduction(int sourceWidth, int sourceHeight) => Math.Max(1, Math.Max(sourceWidth, sourceHeight) / LongestSide);

    public static Thumbnail Make(DecodedImage image, ReadOnlyMemory<byte> encoded)
    {
        var longest = Math.Max(image.SourceWidth, image.SourceHeight);
        if (longest <= LongestSide && encoded.Length <= LargestKept && image is { IsPlain: true, Format: ImageFormat.Jpeg or ImageFormat.Png or ImageFormat.WebP })
            return new Thumbnail(encoded.ToArray(), ImageFormats.ContentType(image.Format), image.SourceWidth, image.SourceHeight);
        var scale = Math.Min(1.0, (double)LongestSide / longest);
        var width = Math.Max(1, (int)Math.Round(image.SourceWidth * scale));
        var height = Math.Max(1, (int)Math.Round(image.SourceHeight * scale));
        var columns = ResampleAxis.Plan(image.Width, (double)image.SourceWidth / image.Reduction, width, 0, width, ResampleFilter.Bilinear);
        var rows = ResampleAxis.Plan(image.Height, (double)image.SourceHeight / image.Reduction, height, 0, height, ResampleFilter.Bilinear);
        var pixels = image.Orientation.Apply(Resampler.Run(image, columns, rows), width, height);
        (width, height) = image.Orientation.Swap(width, height);
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

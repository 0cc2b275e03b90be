namespace ClipOrleans.Clip.Images;

/// <summary>
/// How often a progressive JPEG goes over all its pixels. A few bytes a scan can ask for the whole area to be refined again, which makes a
/// small file cost minutes: pixels times scans has a bound too.
/// </summary>
internal static class JpegScans
{
    /// <summary>Usual encoders write about 10 scans; an image of the full allowed size may have this many, a smaller one more.</summary>
    private const int ScansAtFullSize = 12;

    private const byte MarkerPrefix = 0xFF;
    private const byte FirstRestart = 0xD0;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    public static ImageError? Check(ReadOnlySpan<byte> jpeg, ImageHeader header, ImageLimits limits)
    {
        var scans = Count(jpeg);
        return (long)header.Width * header.Height * scans > limits.MaxPixels * ScansAtFullSize
            ? new ImageError(ImageFault.TooManyPixels, $"The JPEG goes over its {header.Width} × {header.Height} pixels {scans} times: save it with fewer scans, or not progressive.")
            : null;
    }

    /// <summary>Scans that a decoder would meet before the end of the image or of the bytes.</summary>
    public static int Count(ReadOnlySpan<byte> jpeg)
    {
        var scans = 0;
        var at = 0;
        while (at < jpeg.Length)
        {
            var next = jpeg[at..].IndexOf(MarkerPrefix);
            if (next < 0 || at + next + 1 >= jpeg.Length)
                return scans;
            at += next + 1;
            var marker = jpeg[at];
            if (marker == MarkerPrefix)
                continue; // fill bytes
            at++;
            if (marker == EndOfImage)
                return scans;

            // A stuffed zero or a restart inside the data; the start of the image has no length either.
            if (marker is 0 or 1 or (>= FirstRestart and <= StartOfImage))
                continue;
            if (marker == StartOfScan)
                scans++;
            if (at + 2 > jpeg.Length)
                return scans;
            at += (jpeg[at] << 8) | jpeg[at + 1];
        }

        return scans;
    }
}

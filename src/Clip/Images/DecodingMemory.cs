namespace ClipOrleans.Clip.Images;

/// <summary>
/// Keeps the large images that are being decoded at one time within a budget of memory, so that a handful of small files that declare the
/// largest allowed size can't take it all: they wait for each other. Everyday images pass without waiting; the caller's bound on images at
/// a time bounds what they take. Waiting holds the caller's thread, as decoding itself does.
/// </summary>
internal sealed class DecodingMemory(long budget)
{
    /// <summary>An image that is decoded in less than this never waits.</summary>
    public const long Everyday = 32 * 1024 * 1024;

    private readonly object _gate = new();
    private long _used;

    /// <summary>What is taken now, in bytes.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>
    /// Bytes that decoding takes at its peak, as measured for each format (docs/decisions/0002): what its decoder keeps of the whole image,
    /// and the RGB pixels that come out.
    /// </summary>
    public static long Estimate(ImageHeader header, int reduction)
    {
        var pixels = (long)header.Width * header.Height;
        var kept = header.Format switch
        {
            ImageFormat.Jpeg => header.IsInterlaced ? 6 : 1, // coefficients of all scans, or a few rows
            ImageFormat.Png => header.IsInterlaced ? 8 : 1, // up to four channels of 16 bits
            ImageFormat.WebP => 9,
            ImageFormat.Gif => 5,
            ImageFormat.Tiff => 8, // one strip may be the whole image
            ImageFormat.Avif => 16,
            _ => 0,
        };
        return (pixels * kept) + (pixels * 3 / ((long)reduction * reduction));
    }

    /// <summary>Waits until <paramref name="bytes"/> are free and takes them; returns what must be given back.</summary>
    public long Take(long bytes)
    {
        if (bytes <= Everyday)
            return 0;
        bytes = Math.Min(bytes, budget); // an image larger than the budget has it to itself
        lock (_gate)
        {
            while (_used + bytes > budget)
                Monitor.Wait(_gate);
            _used += bytes;
        }

        return bytes;
    }

    public void GiveBack(long bytes)
    {
        if (bytes == 0)
            return;
        lock (_gate)
        {
            _used -= bytes;
            Monitor.PulseAll(_gate);
        }
    }
}

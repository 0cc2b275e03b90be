using NetVips;

namespace ClipOrleans.Clip.Images;

/// <summary>
/// One image through libvips: the loader is called by the name of the format that the first bytes have, the header is checked, and only
/// then pixels are computed, strip by strip where the format allows it.
/// </summary>
internal sealed class VipsDecoder(ImageFormat format, byte[] bytes, ImageLimits limits) : IDisposable
{
    /// <summary>Metadata by which a picture is more than its pixels.</summary>
    private static readonly string[] Extras = ["exif-data", "xmp-data", "iptc-data", "icc-profile-data", "photoshop-data", "gainmap-data"];

    private static readonly double[] White = [255, 255, 255];

    private readonly List<Image> _stages = [];

    /// <summary>Reads the header. The reason if it can't be read or breaks a limit.</summary>
    public ImageError? Open()
    {
        Vips.Ready();
        var image = Load(1);
        var orientation = image.Contains("orientation") ? Orientation.FromExif((int)image.Get("orientation")) : default;
        var plain = orientation == default && !(image.Contains("n-pages") && (int)image.Get("n-pages") > 1) && !Array.Exists(Extras, image.Contains);
        Header = new ImageHeader(format, image.Width, image.Height, orientation, image.Contains("interlaced"), plain);
        return PixelLimits.Check(image.Width, image.Height, limits);
    }

    public ImageHeader Header { get; private set; }

    /// <summary>Decodes, reduced by at most <paramref name="reduction"/>, to sRGB over white. Throws <see cref="VipsException"/> on damaged data.</summary>
    public DecodedImage Decode(int reduction)
    {
        var image = _stages[^1];
        var reduced = 1;
        if (format == ImageFormat.Jpeg && reduction >= 2)
        {
            // Inside the JPEG decoder only halves, quarters and eighths are possible, but nearly free.
            reduced = reduction >= 8 ? 8 : reduction >= 4 ? 4 : 2;
            image = Load(reduced);
        }

        var rest = reduction / reduced;
        if (image.HasAlpha())
        {
            image = Stage(Colour(image).Flatten(background: White));
            image = Shrink(image, rest);
        }
        else
        {
            image = Colour(Shrink(image, rest));
        }

        if (image.Format != Enums.BandFormat.Uchar)
            image = Stage(image.Cast(Enums.BandFormat.Uchar));
        if (image.Bands != 3)
            throw new VipsException($"{image.Bands} channels after conversion to sRGB");
        var (width, height) = (image.Width, image.Height);
        var pixels = image.WriteToMemory(out var size);
        if (size != (ulong)width * (ulong)height * 3)
        {
            NetVips.NetVips.Free(pixels);
            throw new VipsException($"{size} bytes for {width} × {height} pixels");
        }

        return new DecodedImage(Header, pixels, width, height, reduced * rest, NetVips.NetVips.Free);
    }

    public void Dispose() => _stages.ForEach(s => s.Dispose());

    private Image Load(int shrink)
    {
        const Enums.Access inOrder = Enums.Access.Sequential;

        // Damage is an error, not a grey area: otherwise half a picture would be indexed as if it were whole.
        const Enums.FailOn strict = Enums.FailOn.Error;
        return Stage(format switch
        {
            ImageFormat.Jpeg => Image.JpegloadBuffer(bytes, shrink: shrink, access: inOrder, failOn: strict),
            ImageFormat.Png => Image.PngloadBuffer(bytes, access: inOrder, failOn: strict),
            ImageFormat.WebP => Image.WebploadBuffer(bytes, page: 0, n: 1, access: inOrder, failOn: strict),
            ImageFormat.Gif => Image.GifloadBuffer(bytes, page: 0, n: 1, access: inOrder, failOn: strict),
            ImageFormat.Tiff => Image.TiffloadBuffer(bytes, page: 0, n: 1, access: inOrder, failOn: strict),
            ImageFormat.Avif => Image.HeifloadBuffer(bytes, page: 0, n: 1, access: inOrder, failOn: strict),
            _ => throw new InvalidOperationException($"{format} is not decoded by libvips here."),
        });
    }

    private Image Shrink(Image image, int factor)
    {
        if (factor < 2)
            return image;
        return Stage(Stage(image.Shrinkv(factor, ceil: true)).Shrinkh(factor, ceil: true));
    }

    private Image Colour(Image image)
    {
        var cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        if (cmyk || (image.Contains("icc-profile-data") && !IsSrgb((byte[])image.Get("icc-profile-data"))))
        {
            // An embedded profile that is broken or for another kind of pixels is passed over for the usual one.
            var fallback = cmyk ? "cmyk" : "srgb";
            return Stage(image.IccTransform("srgb", embedded: true, inputProfile: fallback, intent: Enums.Intent.Relative, depth: 8));
        }

        return image.Interpretation == Enums.Interpretation.Srgb ? image : Stage(image.Colourspace(Enums.Interpretation.Srgb));
    }

    /// <summary>Most profiles are sRGB and say so in their description; converting sRGB to sRGB would only cost.</summary>
    private static bool IsSrgb(ReadOnlySpan<byte> profile) => profile.IndexOf("sRGB"u8) >= 0 || profile.IndexOf("s\0R\0G\0B\0"u8) >= 0 || profile.IndexOf("\0s\0R\0G\0B"u8) >= 0;

    private Image Stage(Image image)
    {
        _stages.Add(image);
        return image;
    }
}

using NetVips;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>Encoded images of known colours, made with libvips.</summary>
internal static class TestImages
{
    /// <summary>Colours of the four quarters: top left, top right, bottom left, bottom right.</summary>
    public static readonly byte[][] Quarters = [[220, 30, 40], [30, 180, 60], [40, 60, 210], [240, 220, 50]];

    /// <summary>8-bit sRGB, each quarter of one colour.</summary>
    public static Image Quartered(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                Quarters[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)].CopyTo(pixels, ((y * width) + x) * 3);
        }

        using var raw = Image.NewFromMemoryCopy<byte>(pixels, width, height, 3, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>The quartered image, saved by <paramref name="save"/>.</summary>
    public static byte[] Encode(int width, int height, Func<Image, byte[]> save)
    {
        using var image = Quartered(width, height);
        return save(image);
    }

    /// <summary>The colour in the middle of a quarter of RGB pixels.</summary>
    public static byte[] Quarter(ReadOnlySpan<byte> pixels, int width, int height, int quarter)
    {
        var x = (width / 4) + (quarter % 2 * width / 2);
        var y = (height / 4) + (quarter / 2 * height / 2);
        return pixels.Slice(((y * width) + x) * 3, 3).ToArray();
    }

    public static void AssertColour(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> actual, int tolerance)
    {
        for (var i = 0; i < 3; i++)
            Assert.InRange(actual[i] - wanted[i], -tolerance, tolerance);
    }
}

using ClipOrleans.Clip.Images;
using ClipOrleans.Tests.Corpora;
using CsCheck;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: the only decoder written here reads beyond its bytes or mixes up channels.
/// Invariant: what was written is read, in every depth, both ways up; anything else is refused.
/// Method: pixels packed by the test, random headers.
/// </summary>
public sealed class BmpReaderTests
{
    private static readonly byte[] Palette = [.. Enumerable.Range(0, 256).SelectMany(i => new byte[] { (byte)(i * 3), (byte)(i * 5), (byte)(255 - i), 0 })];

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    public void Palettes_OfAnyDepth(int bits, bool topDown)
    {
        const int width = 13, height = 5;
        var stride = ((width * bits) + 31) / 32 * 4;
        var pixels = new byte[stride * height];
        int Index(int x, int y) => ((x * 7) + (y * 3)) & ((1 << bits) - 1);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                pixels[((topDown ? y : height - 1 - y) * stride) + (x * bits / 8)] |= (byte)(Index(x, y) << (8 - bits - (x * bits % 8)));
        }

        var palette = Palette[..(4 << bits)];
        using var image = Read(HostileImageWriters.Bmp(width, topDown ? -height : height, bits, 0, (uint)(54 + palette.Length), palette, pixels));
        AssertPixels(image, width, height, (x, y) => (palette[(Index(x, y) * 4) + 2], palette[(Index(x, y) * 4) + 1], palette[Index(x, y) * 4]));
    }

    [Fact]
    public void TrueColour_24() => AssertRead(24, 0, [], (x, y) => [(byte)x, (byte)y, 200], (x, y) => (200, y, x));

    [Fact]
    public void TrueColour_32_IgnoresTheUnusedByte() => AssertRead(32, 0, [], (x, y) => [(byte)x, (byte)y, 200, 0], (x, y) => (200, y, x));

    [Fact]
    public void HighColour_555() => AssertRead(16, 0, [], (x, y) => [.. HostileImageWriters.Little16((31 << 10) | (x << 5) | y)], (x, y) => (255, Scale(x, 31), Scale(y, 31)));

    [Fact]
    public void HighColour_565() => AssertRead(16, 3, Masks(0xF800, 0x07E0, 0x001F), (x, y) => [.. HostileImageWriters.Little16((x << 11) | (63 << 5) | y)], (x, y) => (Scale(x, 31), 255, Scale(y, 31)));

    [Fact]
    public void Masks_InAnyOrder() => AssertRead(32, 3, Masks(0x000000FF, 0xFF000000, 0x0000FF00), (x, y) => [(byte)x, (byte)y, 99, 7], (x, y) => (x, 7, y));

    [Fact]
    public void Alpha_ThatIsDeclared_IsOverWhite() => AssertRead(32, 6, Masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000), (_, _) => [0, 0, 0, 51], (_, _) => (204, 204, 204));

    [Fact]
    public void AnyHeader_IsReadOrRefused() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 53], Gen.Byte).Sample((tail, at, value) =>
    {
        var bytes = HostileImageWriters.PictureBmp().Concat(tail).ToArray();
        bytes[at] = value;
        var error = BmpReader.Read(bytes, new ImageLimits(), _ => 1, out var image);
        image?.Dispose();
        return (error is null) == (image is not null);
    });

    private static void AssertRead(int bits, int compression, byte[] masks, Func<int, int, byte[]> write, Func<int, int, (int Red, int Green, int Blue)> wanted)
    {
        const int width = 5, height = 4;
        var rows = Enumerable.Range(0, height).Select(y => Enumerable.Range(0, width).SelectMany(x => write(x, y)).ToArray()).Select(r => r.Concat(new byte[(4 - (r.Length % 4)) % 4]).ToArray());
        using var image = Read(HostileImageWriters.Bmp(width, height, bits, compression, (uint)(54 + masks.Length), masks, [.. rows.Reverse().SelectMany(r => r)]));
        AssertPixels(image, width, height, wanted);
    }

    private static unsafe void AssertPixels(DecodedImage image, int width, int height, Func<int, int, (int Red, int Green, int Blue)> wanted)
    {
        Assert.Equal((width, height), (image.Width, image.Height));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = image.Pixels + (((y * width) + x) * 3);
                Assert.Equal(wanted(x, y), (at[0], at[1], at[2]));
            }
        }
    }

    private static DecodedImage Read(byte[] bytes)
    {
        Assert.Null(BmpReader.Read(bytes, new ImageLimits(), _ => 1, out var image));
        return image!;
    }

    private static byte[] Masks(params uint[] masks) => [.. masks.SelectMany(HostileImageWriters.Little32)];

    private static int Scale(int value, int most) => ((value * 255) + (most / 2)) / most;
}

using ClipOrleans.Clip.Images;
using CsCheck;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: a fast resampler that is off by half a pixel, rings where it shouldn't, or reads outside the image.
/// Invariant: every pixel is within one level of the textbook sum, for every filter and size; whole-factor reduction first changes little.
/// Method: a naive double-precision twin, random sizes; invariants of plain images.
/// </summary>
public sealed class ResamplerTests
{
    /// <summary>Two roundings to whole levels, in the other order than the twin's.</summary>
    private const int Tolerance = 2;

    private static readonly ResampleFilter[] Filters = [ResampleFilter.Box, ResampleFilter.Bilinear, ResampleFilter.Hamming, ResampleFilter.Bicubic, ResampleFilter.Lanczos];

    [Fact]
    public void EverySize_AgreesWithTheNaiveTwin() => Gen.Select(Gen.Int[0, Filters.Length - 1], Gen.Int[1, 70], Gen.Int[1, 40], Gen.Int[1, 50], Gen.Int[1, 30], Gen.Int[0, 1000]).Sample(
        (filter, width, height, toWidth, toHeight, seed) =>
        {
            using var image = Noise(width, height, seed);
            var actual = image.Resample(Filters[filter], (toWidth, 0, toWidth), (toHeight, 0, toHeight));
            var wanted = Naive(image, Filters[filter], toWidth, toHeight);
            return actual.Zip(wanted).All(p => Math.Abs(p.First - p.Second) <= Tolerance);
        },
        iter: 300);

    [Fact]
    public void APart_IsThePartOfTheWhole() => Gen.Select(Gen.Int[20, 90], Gen.Int[20, 60], Gen.Int[0, 9], Gen.Int[0, 9]).Sample((width, height, left, top) =>
    {
        using var image = Noise(width, height, 1);
        var whole = image.Resample(ResampleFilter.Bicubic, (20, 0, 20), (20, 0, 20));
        var part = image.Resample(ResampleFilter.Bicubic, (20, left, 11), (20, top, 11));
        return Enumerable.Range(0, 11).All(y => part.AsSpan(y * 33, 33).SequenceEqual(whole.AsSpan((((y + top) * 20) + left) * 3, 33)));
    });

    [Fact]
    public void APlainImage_StaysPlain() => Gen.Select(Gen.Int[0, Filters.Length - 1], Gen.Int[1, 300], Gen.Int[1, 300], Gen.Byte).Sample((filter, width, height, level) =>
    {
        using var image = Fill(width, height, (_, _) => level);
        return image.Resample(Filters[filter], (17, 0, 17), (13, 0, 13)).All(p => p == level);
    }, iter: 200);

    [Fact]
    public void Nearest_TakesPixelsAsTheyAre()
    {
        using var image = Noise(10, 10, 3);
        var half = image.Resample(ResampleFilter.Nearest, (5, 0, 5), (5, 0, 5));
        var wanted = Enumerable.Range(0, 25).SelectMany(i => Pixel(image, (i % 5 * 2) + 1, (i / 5 * 2) + 1));
        Assert.Equal(wanted, half.Select(b => (int)b));
    }

    private static unsafe int[] Pixel(DecodedImage image, int x, int y)
    {
        var at = image.Pixels + (((y * image.Width) + x) * 3);
        return [at[0], at[1], at[2]];
    }

    private static DecodedImage Noise(int width, int height, int seed)
    {
        var random = new Random(seed);

        // No sum leaves 0 … 255: clamped after one pass or after the other is not the same.
        return Fill(width, height, (_, _) => (byte)random.Next(64, 192));
    }

    private static unsafe DecodedImage Fill(int width, int height, Func<int, int, byte> level)
    {
        var image = DecodedImage.Allocate(new ImageHeader(ImageFormat.Png, width, height, default, IsInterlaced: false, IsPlain: true));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width * 3; x++)
                image.Pixels[(y * width * 3) + x] = level(x, y);
        }

        return image;
    }

    /// <summary>Columns first, then rows, each rounded to whole levels, weights as the filter's definition says.</summary>
    private static unsafe byte[] Naive(DecodedImage image, ResampleFilter filter, int toWidth, int toHeight)
    {
        var between = new byte[toWidth * image.Height * 3];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < toWidth; x++)
            {
                for (var c = 0; c < 3; c++)
                    between[(((y * toWidth) + x) * 3) + c] = Sum(filter, image.Width, toWidth, x, k => image.Pixels[(((y * image.Width) + k) * 3) + c]);
            }
        }

        var result = new byte[toWidth * toHeight * 3];
        for (var y = 0; y < toHeight; y++)
        {
            for (var x = 0; x < toWidth * 3; x++)
                result[(y * toWidth * 3) + x] = Sum(filter, image.Height, toHeight, y, k => between[(k * toWidth * 3) + x]);
        }

        return result;
    }

    private static byte Sum(ResampleFilter filter, int size, int toSize, int at, Func<int, byte> level)
    {
        var stretch = Math.Max(1.0, (double)size / toSize);
        var centre = (at + 0.5) * ((double)size / toSize);
        var reach = ResampleKernel.Support(filter) * stretch;
        var (sum, total) = (0.0, 0.0);
        for (var k = Math.Max(0, (int)(centre - reach + 0.5)); k < Math.Min(size, (int)(centre + reach + 0.5)); k++)
        {
            var weight = ResampleKernel.Weight(filter, (k - centre + 0.5) * (1 / stretch));
            sum += weight * level(k);
            total += weight;
        }

        return (byte)Math.Clamp(Math.Floor((sum / total) + 0.5), 0, 255);
    }
}

using System.Security.Cryptography;
using ClipOrleans.Clip.Images;
using NetVips;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: a format decodes with wrong colours, lying on its side, or over black where it was transparent, and is found by the wrong words.
/// Invariant: the same picture in any accepted format gives the same upright pixels.
/// Method: four quarters of known colours, saved in every format and kind, through the pipeline.
/// </summary>
public sealed class ImagePipelineTests
{
    private const int Width = 96;
    private const int Height = 96;

    /// <summary>Ink can't show the brightest of the four colours: the blue comes back 62 levels darker.</summary>
    private const int InkTolerance = 70;

    private static readonly ImagePipeline Pipeline = new(new ImageLimits());

    private static readonly ImageInputSpec Spec = new(32, 32, ResizeRule.ShortestEdge, 32, ResampleFilter.Bicubic);

    public static TheoryData<string> Kinds() => [.. Encoders.Keys];

    private static Dictionary<string, (ImageFormat Format, int Tolerance, Func<Image, byte[]> Save)> Encoders { get; } = new()
    {
        ["jpeg"] = (ImageFormat.Jpeg, 6, i => i.JpegsaveBuffer(q: 95, subsampleMode: Enums.ForeignSubsample.Off)),
        ["jpeg, progressive"] = (ImageFormat.Jpeg, 6, i => i.JpegsaveBuffer(q: 95, interlace: true)),
        ["jpeg, cmyk"] = (ImageFormat.Jpeg, InkTolerance, i => i.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 95)),
        ["jpeg, sRGB profile"] = (ImageFormat.Jpeg, 6, i => i.IccTransform("srgb", inputProfile: "srgb").JpegsaveBuffer(q: 95)),
        ["jpeg, Display P3 profile"] = (ImageFormat.Jpeg, 10, i => i.IccTransform("p3", inputProfile: "srgb").JpegsaveBuffer(q: 95)),
        ["png"] = (ImageFormat.Png, 0, i => i.PngsaveBuffer()),
        ["png, interlaced"] = (ImageFormat.Png, 0, i => i.PngsaveBuffer(interlace: true)),
        ["png, palette"] = (ImageFormat.Png, 3, i => i.PngsaveBuffer(palette: true)),
        ["png, 16 bit"] = (ImageFormat.Png, 1, i => i.Colourspace(Enums.Interpretation.Rgb16).PngsaveBuffer(bitdepth: 16)),
        ["png, opaque alpha"] = (ImageFormat.Png, 0, i => i.Bandjoin(255).PngsaveBuffer()),
        ["png, 16 bit alpha"] = (ImageFormat.Png, 1, i => i.Colourspace(Enums.Interpretation.Rgb16).Bandjoin(65535).PngsaveBuffer(bitdepth: 16)),
        ["webp"] = (ImageFormat.WebP, 10, i => i.WebpsaveBuffer(q: 95)),
        ["webp, lossless"] = (ImageFormat.WebP, 0, i => i.WebpsaveBuffer(lossless: true)),
        ["webp, animated"] = (ImageFormat.WebP, 10, i => Animated(i).WebpsaveBuffer(q: 95)),
        ["gif"] = (ImageFormat.Gif, 4, i => i.GifsaveBuffer()),
        ["gif, animated"] = (ImageFormat.Gif, 4, i => Animated(i).GifsaveBuffer()),
        ["tiff"] = (ImageFormat.Tiff, 0, i => i.TiffsaveBuffer()),
        ["tiff, lzw"] = (ImageFormat.Tiff, 0, i => i.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw)),
        ["tiff, tiled"] = (ImageFormat.Tiff, 0, i => i.TiffsaveBuffer(tile: true, tileWidth: 32, tileHeight: 32, compression: Enums.ForeignTiffCompression.Deflate)),
        ["tiff, jpeg"] = (ImageFormat.Tiff, 12, i => i.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Jpeg, q: 95)),
        ["tiff, 16 bit"] = (ImageFormat.Tiff, 1, i => i.Colourspace(Enums.Interpretation.Rgb16).TiffsaveBuffer()),
        ["tiff, cmyk"] = (ImageFormat.Tiff, InkTolerance, i => i.IccTransform("cmyk", inputProfile: "srgb").TiffsaveBuffer()),
        ["tiff, Lab"] = (ImageFormat.Tiff, 3, i => i.Colourspace(Enums.Interpretation.Lab).TiffsaveBuffer()),
        ["tiff, floating point"] = (ImageFormat.Tiff, 2, i => i.Colourspace(Enums.Interpretation.Scrgb).TiffsaveBuffer()),
        ["avif"] = (ImageFormat.Avif, 12, i => i.HeifsaveBuffer(q: 90, compression: Enums.ForeignHeifCompression.Av1)),
        ["avif, 10 bit"] = (ImageFormat.Avif, 12, i => i.Colourspace(Enums.Interpretation.Rgb16).HeifsaveBuffer(q: 90, bitdepth: 10, compression: Enums.ForeignHeifCompression.Av1)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryFormat_GivesTheSamePicture(string kind)
    {
        var (format, tolerance, save) = Encoders[kind];
        var image = Prepare(TestImages.Encode(Width, Height, save));
        Assert.Equal((format, Width, Height), (image.Format, image.Width, image.Height));
        for (var quarter = 0; quarter < 4; quarter++)
            TestImages.AssertColour(TestImages.Quarters[quarter], TestImages.Quarter(image.Pixels.Span, Spec.Width, Spec.Height, quarter), tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ink_ThatCanBePrinted_ComesBack_WithItsProfileOrWithout(bool profile)
    {
        byte[] skin = [200, 150, 120];
        using var raw = Image.NewFromMemoryCopy<byte>([.. Enumerable.Repeat(skin, 64 * 64).SelectMany(c => c)], 64, 64, 3, Enums.BandFormat.Uchar);
        using var ink = raw.Copy(interpretation: Enums.Interpretation.Srgb).IccTransform("cmyk", inputProfile: "srgb");
        var image = Prepare(ink.JpegsaveBuffer(q: 95, keep: profile ? Enums.ForeignKeep.All : Enums.ForeignKeep.None));
        TestImages.AssertColour(skin, image.Pixels.Span, 3);
    }

    [Theory]
    [InlineData("png", 8)]
    [InlineData("png", 16)]
    [InlineData("jpeg", 8)]
    [InlineData("tiff", 8)]
    public void Grey_IsTheSameInAllChannels(string type, int bits)
    {
        var image = Prepare(TestImages.Encode(Width, Height, i =>
        {
            using var grey = i.Colourspace(bits == 16 ? Enums.Interpretation.Grey16 : Enums.Interpretation.Bw);
            return type switch { "png" => grey.PngsaveBuffer(bitdepth: bits), "jpeg" => grey.JpegsaveBuffer(q: 95), _ => grey.TiffsaveBuffer() };
        }));
        var pixels = image.Pixels.ToArray();
        Assert.All(pixels.Chunk(3), p => Assert.InRange(p.Max() - p.Min(), 0, 1));
        Assert.InRange(pixels.Max() - pixels.Min(), 50, 255);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    [InlineData("tiff")]
    public void Transparency_IsOverWhite(string type)
    {
        var image = Prepare(TestImages.Encode(Width, Height, i =>
        {
            using var clear = i.Bandjoin(0);
            return type switch
            {
                "png" => clear.PngsaveBuffer(),
                "webp" => clear.WebpsaveBuffer(q: 95),
                "avif" => clear.HeifsaveBuffer(q: 95, compression: Enums.ForeignHeifCompression.Av1),
                _ => clear.TiffsaveBuffer(),
            };
        }));
        Assert.All(image.Pixels.ToArray(), level => Assert.InRange(level, 252, 255));
    }

    [Fact]
    public void HalfTransparency_IsHalfWhite()
    {
        var image = Prepare(TestImages.Encode(Width, Height, i => i.Bandjoin(128).PngsaveBuffer()));
        var half = TestImages.Quarters[0].Select(c => (byte)((c + 255) / 2)).ToArray();
        TestImages.AssertColour(half, TestImages.Quarter(image.Pixels.Span, 32, 32, 0), 2);
    }

    [Theory]
    [InlineData(1, 0, 1, 2, 3)]
    [InlineData(2, 1, 0, 3, 2)]
    [InlineData(3, 3, 2, 1, 0)]
    [InlineData(4, 2, 3, 0, 1)]
    [InlineData(5, 0, 2, 1, 3)]
    [InlineData(6, 2, 0, 3, 1)]
    [InlineData(7, 3, 1, 2, 0)]
    [InlineData(8, 1, 3, 0, 2)]
    public void Orientation_IsApplied_ToPixelsSizeAndThumbnail(int orientation, params int[] quarters)
    {
        // Wide and large, so that the crop and the thumbnail have something to do.
        var bytes = TestImages.Encode(900, 600, i => i.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation)).JpegsaveBuffer(q: 95));
        var image = Prepare(bytes, ThumbnailMode.Small);
        Assert.Equal(orientation >= 5 ? (600, 900) : (900, 600), (image.Width, image.Height));
        using var thumbnail = Image.NewFromBuffer(image.Thumbnail!.Bytes.ToArray());
        Assert.Equal(orientation >= 5 ? (171, 256) : (256, 171), (thumbnail.Width, thumbnail.Height));
        Assert.False(thumbnail.Contains("exif-data"));
        var small = thumbnail.WriteToMemory<byte>();
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var wanted = TestImages.Quarters[quarters[quarter]];
            TestImages.AssertColour(wanted, TestImages.Quarter(image.Pixels.Span, 32, 32, quarter), 6);
            TestImages.AssertColour(wanted, TestImages.Quarter(small, thumbnail.Width, thumbnail.Height, quarter), 10);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(7)]
    public void Orientation_OfTheStoredImage_IsTheSameAsTurningItFirst(int orientation)
    {
        // Too small to be reduced by a whole factor first: those boxes lie differently from the other side.
        using var noise = Image.Gaussnoise(93, 61, mean: 128, sigma: 60, seed: 7).Cast(Enums.BandFormat.Uchar);
        using var image = noise.Bandjoin(noise.Rot90().Rot270(), noise.FlipHor()).Copy(interpretation: Enums.Interpretation.Srgb).Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));
        using var turned = image.Autorot();
        var direct = Prepare(turned.PngsaveBuffer(keep: Enums.ForeignKeep.None)).Pixels.ToArray();
        var stored = Prepare(image.PngsaveBuffer()).Pixels.ToArray();
        Assert.All(direct.Zip(stored), p => Assert.InRange(p.First - p.Second, -2, 2)); // the passes round in the other order
    }

    [Fact]
    public void Exact_StretchesInsteadOfCutting()
    {
        var bytes = TestImages.Encode(200, 100, i => i.PngsaveBuffer());
        var image = Prepare(bytes, spec: new ImageInputSpec(20, 40, ResizeRule.Exact, 0, ResampleFilter.Bilinear));
        Assert.Equal(20 * 40 * 3, image.Pixels.Length);
        for (var quarter = 0; quarter < 4; quarter++)
            TestImages.AssertColour(TestImages.Quarters[quarter], TestImages.Quarter(image.Pixels.Span, 20, 40, quarter), 1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(500, 1)]
    [InlineData(3, 2)]
    [InlineData(31, 33)]
    [InlineData(20_000, 2)]
    public void AnySize_GivesTheModelsSize(int width, int height)
    {
        var image = Prepare(TestImages.Encode(width, height, i => i.PngsaveBuffer()), ThumbnailMode.Small);
        Assert.Equal((Spec.PixelBytes, width, height), (image.Pixels.Length, image.Width, image.Height));
        Assert.InRange(Math.Max(image.Thumbnail!.Width, image.Thumbnail.Height), 1, 512);
    }

    [Fact]
    public void TheHash_IsOfTheBytes_AndTheTypeIsByContent()
    {
        var bytes = TestImages.Encode(10, 10, i => i.PngsaveBuffer());
        var image = Prepare(bytes);
        Assert.Equal(SHA256.HashData(bytes), image.ContentHash.ToArray());
        Assert.Equal("image/png", image.ContentType);
        Assert.Null(image.Thumbnail);
    }

    [Fact]
    public void ASliceOfALargerBuffer_IsReadAsTheSlice()
    {
        var bytes = TestImages.Encode(Width, Height, i => i.PngsaveBuffer());
        byte[] padded = [1, 2, 3, .. bytes, 4, 5, 6];
        var image = Prepare(padded.AsMemory(3, bytes.Length));
        Assert.Equal(Prepare(bytes).Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void Limits_AreThoseThatWereSet()
    {
        var bytes = TestImages.Encode(Width, Height, i => i.PngsaveBuffer());
        ImageFault? Fault(ImageLimits limits) => new ImagePipeline(limits).Prepare(bytes, Spec, ThumbnailMode.None).Error?.Fault;
        Assert.Null(Fault(new ImageLimits { MaxBytes = bytes.Length, MaxPixels = Width * Height, MaxSide = Width }));
        Assert.Equal(ImageFault.TooManyBytes, Fault(new ImageLimits { MaxBytes = bytes.Length - 1 }));
        Assert.Equal(ImageFault.TooManyPixels, Fault(new ImageLimits { MaxPixels = (Width * Height) - 1 }));
        Assert.Equal(ImageFault.TooManyPixels, Fault(new ImageLimits { MaxSide = Width - 1 }));
    }

    [Fact]
    public async Task ManyAtOnce_GiveWhatOneGives()
    {
        var encoded = Encoders.Values.Select(e => TestImages.Encode(Width, Height, e.Save)).ToArray();
        var alone = encoded.Select(b => Prepare(b, ThumbnailMode.Small).Pixels.ToArray()).ToArray();
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, _) =>
        {
            Assert.Equal(alone[i % alone.Length], Prepare(encoded[i % encoded.Length], ThumbnailMode.Small).Pixels.ToArray());
            return ValueTask.CompletedTask;
        });
    }

    private static PreparedImage Prepare(ReadOnlyMemory<byte> bytes, ThumbnailMode thumbnail = ThumbnailMode.None, ImageInputSpec? spec = null)
    {
        var outcome = Pipeline.Prepare(bytes, spec ?? Spec, thumbnail);
        Assert.True(outcome.Succeeded, outcome.Error?.Message);
        return outcome.Image;
    }

    private static Image Animated(Image image) => Image.Arrayjoin([image, image.Invert()], across: 1).Mutate(m => m.Set(GValue.GIntType, "page-height", image.Height));
}

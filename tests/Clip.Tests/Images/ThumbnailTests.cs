using ClipOrleans.Clip.Images;
using NetVips;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: where and when a photograph was taken is published with its thumbnail, or thumbnails cost more than embeddings.
/// Invariant: a thumbnail has no metadata and is small; what is small and plain already is kept as it is.
/// Method: images of both kinds, their thumbnails decoded again.
/// </summary>
public sealed class ThumbnailTests
{
    private static readonly ImagePipeline Pipeline = new(new ImageLimits());

    private static readonly ImageInputSpec Spec = new(32, 32, ResizeRule.ShortestEdge, 32, ResampleFilter.Bicubic);

    [Theory]
    [InlineData(1000, 500, 256, 128)]
    [InlineData(500, 1000, 128, 256)]
    [InlineData(4000, 10, 256, 1)]
    [InlineData(257, 257, 256, 256)]
    [InlineData(100, 50, 100, 50)]
    public void ATiff_GetsAJpegOfAtMost256(int width, int height, int smallWidth, int smallHeight)
    {
        var thumbnail = Make(TestImages.Encode(width, height, i => i.TiffsaveBuffer()));
        Assert.Equal(("image/jpeg", smallWidth, smallHeight), (thumbnail.ContentType, thumbnail.Width, thumbnail.Height));
        using var image = Image.NewFromBuffer(thumbnail.Bytes.ToArray());
        Assert.Equal((smallWidth, smallHeight), (image.Width, image.Height));
    }

    [Fact]
    public void ASmallPlainImage_IsItsOwnThumbnail()
    {
        foreach (var bytes in new[] { TestImages.Encode(256, 341, i => i.JpegsaveBuffer(keep: Enums.ForeignKeep.None)), TestImages.Encode(200, 200, i => i.Bandjoin(7).PngsaveBuffer(keep: Enums.ForeignKeep.None)), TestImages.Encode(512, 2, i => i.WebpsaveBuffer(keep: Enums.ForeignKeep.None)) })
            Assert.Equal(bytes, Make(bytes).Bytes.ToArray());
    }

    [Fact]
    public void TooLarge_TooHeavy_NotPlain_OrNotForBrowsers_IsMadeAnew()
    {
        using var noise = Image.Gaussnoise(200, 200, mean: 128, sigma: 60, seed: 7).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw);
        byte[][] images =
        [
            TestImages.Encode(513, 20, i => i.JpegsaveBuffer(keep: Enums.ForeignKeep.None)),
            noise.PngsaveBuffer(),
            TestImages.Encode(100, 100, i => i.Mutate(m => m.Set(GValue.GIntType, "orientation", 6)).JpegsaveBuffer()),
            TestImages.Encode(100, 100, i => i.IccTransform("p3", inputProfile: "srgb").JpegsaveBuffer()),
            TestImages.Encode(100, 100, i => i.Mutate(m => m.Set(GValue.BlobType, "xmp-data", "<x/>"u8.ToArray())).PngsaveBuffer()),
            TestImages.Encode(100, 100, i => i.GifsaveBuffer()),
            TestImages.Encode(100, 100, i => i.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1)),
        ];
        foreach (var bytes in images)
        {
            var thumbnail = Make(bytes);
            Assert.Equal("image/jpeg", thumbnail.ContentType);
            using var image = Image.NewFromBuffer(thumbnail.Bytes.ToArray());
            Assert.DoesNotContain(image.GetFields(), f => f is "exif-data" or "xmp-data" or "icc-profile-data" or "iptc-data");
            Assert.InRange(thumbnail.Bytes.Length, 1, 40_000);
        }
    }

    private static Thumbnail Make(byte[] bytes)
    {
        var outcome = Pipeline.Prepare(bytes, Spec, ThumbnailMode.Small);
        Assert.True(outcome.Succeeded, outcome.Error?.Message);
        return outcome.Image.Thumbnail!;
    }
}

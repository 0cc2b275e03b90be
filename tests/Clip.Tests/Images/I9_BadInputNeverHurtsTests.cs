using System.Diagnostics;
using ClipOrleans.Clip.Images;
using ClipOrleans.Tests.Corpora;
using CsCheck;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: bytes from anywhere crash the process, fill its memory, or half a picture is taken for a whole one.
/// Invariant: I9, bad input never hurts: any bytes give a picture or a typed reason, in bounded memory and time.
/// Method: the corpus of hostile images, and random bytes behind every magic.
/// </summary>
public sealed class I9_BadInputNeverHurtsTests
{
    private static readonly ImagePipeline Pipeline = new(new ImageLimits());

    private static readonly ImageInputSpec Spec = new(64, 64, ResizeRule.ShortestEdge, 64, ResampleFilter.Bicubic);

    public static TheoryData<string> Names() => [.. HostileImages.All.Select(h => h.Name)];

    [Fact]
    public void TheCorpus_IsLarge_AndItsSeedsAreGood()
    {
        Assert.InRange(HostileImages.All.Count, 200, int.MaxValue);
        Assert.Equal(HostileImages.All.Count, HostileImages.All.DistinctBy(h => h.Name).Count());
        foreach (var good in HostileImages.Valid)
        {
            var outcome = Pipeline.Prepare(good.Bytes, Spec, ThumbnailMode.Small);
            Assert.True(outcome.Succeeded, $"{good.Name}: {outcome.Error?.Message}");
            Assert.Equal((24, 16, good.ContentType), (outcome.Image.Width, outcome.Image.Height, outcome.Image.ContentType));
        }
    }

    [Theory]
    [InlineData("png 8 bit colour 2 of 60000 x 60000")]
    [InlineData("gif screen of 60000 x 60000")]
    [InlineData("bmp 24 bit of 60000 x 60000")]
    [InlineData("tiff of 60000 x 60000")]
    [InlineData("baseline jpeg of 60000 x 60000")]
    [InlineData("progressive jpeg of 60000 x 60000")]
    [InlineData("avif of 60000 x 60000")]
    [InlineData("progressive jpeg of 8000 x 8000 with 2000 scans")]
    public void I9_ABomb_IsRefusedForItsPixels_BeforeAnyIsAllocated(string name)
    {
        var bomb = HostileImages.All.First(h => h.Name == name);
        Pipeline.Prepare(bomb.Bytes, Spec, ThumbnailMode.Small);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = Pipeline.Prepare(bomb.Bytes, Spec, ThumbnailMode.Small);
        Assert.Equal(ImageFault.TooManyPixels, outcome.Error?.Fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void I9_TheWholeCorpusFourAtATime_StaysInBoundedMemory()
    {
        Parallel.ForEach(HostileImages.All, new ParallelOptions { MaxDegreeOfParallelism = 4 }, hostile => Pipeline.Prepare(hostile.Bytes, Spec, ThumbnailMode.Small));
        using var process = Process.GetCurrentProcess();

        // The corpus itself takes a quarter of this; four images of the full 64 megapixels in RGB would take 768 MB.
        Assert.InRange(process.PeakWorkingSet64, 0, 1L << 30);
    }

    [Fact]
    public void I9_RandomBytesBehindAnyMagic_AreNeverMoreThanRefused() => Gen.Int[0, HostileImages.Valid.Count - 1].Select(i => HostileImages.Valid[i].Bytes).Select(Gen.Byte.Array[0, 300], Gen.Int[3, 40]).Sample(
        (seed, noise, kept) =>
        {
            var outcome = Pipeline.Prepare(seed[..Math.Min(kept, seed.Length)].Concat(noise).ToArray(), Spec, ThumbnailMode.Small);
            return outcome.Succeeded || outcome.Error.Message.Length > 0;
        },
        iter: 2000);

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public void I9_AHostileImage_IsRefusedOrAPicture(string name)
    {
        var hostile = HostileImages.All.First(h => h.Name == name);
        var outcome = Pipeline.Prepare(hostile.Bytes, Spec, ThumbnailMode.Small);
        if (hostile.Outcome == HostileOutcome.Refused)
            Assert.False(outcome.Succeeded, "It was taken for a picture.");
        if (outcome.Succeeded)
        {
            Assert.Equal(Spec.PixelBytes, outcome.Image.Pixels.Length);
            Assert.NotNull(outcome.Image.Thumbnail);
            return;
        }

        Assert.True(Enum.IsDefined(outcome.Error.Fault) && outcome.Error.Fault != ImageFault.None);
        Assert.NotEmpty(outcome.Error.Message);
        if (name.EndsWith("of 60000 x 60000", StringComparison.Ordinal))
            Assert.True(outcome.Error.Fault is ImageFault.TooManyPixels or ImageFault.Undecodable, outcome.Error.Message);
    }
}

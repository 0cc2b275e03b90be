using System.Collections.Concurrent;
using ClipOrleans.Clip.Images;
using ClipOrleans.Tests.Corpora;

namespace ClipOrleans.Clip.Tests.Images;

/// <summary>
/// Danger: ten files of a kilobyte that declare 64 megapixels take ten gigabytes together; or the gate against that never opens again.
/// Invariant: large images together stay within the budget, everyday ones never wait, all that was taken is given back.
/// Method: threads that take and give back while the sum is watched; the hostile corpus through a pipeline with a small budget.
/// </summary>
public sealed class DecodingMemoryTests
{
    private const long Budget = 100 << 20;

    [Fact]
    public void TogetherTheyStayWithinTheBudget_AndAllIsGivenBack()
    {
        var memory = new DecodingMemory(Budget);
        var highest = new ConcurrentBag<long>();
        var threads = Enumerable.Range(0, 8).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 500; i++)
            {
                var taken = memory.Take(random.NextInt64(1, 2 * Budget));
                highest.Add(memory.Used);
                memory.GiveBack(taken);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.InRange(highest.Max(), DecodingMemory.Everyday, Budget);
        Assert.Equal(0, memory.Used);
    }

    [Fact]
    public async Task ALargeImage_WaitsForAnother_AnEverydayOneDoesNot()
    {
        var memory = new DecodingMemory(Budget);
        var first = memory.Take(Budget);
        Assert.Equal(0, memory.Take(DecodingMemory.Everyday));
        var second = Task.Factory.StartNew(() => memory.Take(Budget / 2), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.False(second.IsCompleted);
        memory.GiveBack(first);
        Assert.Equal(Budget / 2, await second);
    }

    [Fact]
    public void APipelineWithLittleMemory_GetsThroughTheWholeCorpus()
    {
        var pipeline = new ImagePipeline(new ImageLimits { DecodingMemory = 64 << 20 });
        var spec = new ImageInputSpec(64, 64, ResizeRule.ShortestEdge, 64, ResampleFilter.Bicubic);
        var refused = 0;
        Parallel.ForEach(HostileImages.All, new ParallelOptions { MaxDegreeOfParallelism = 8 }, hostile =>
        {
            if (!pipeline.Prepare(hostile.Bytes, spec, ThumbnailMode.Small).Succeeded)
                Interlocked.Increment(ref refused);
        });
        Assert.InRange(refused, HostileImages.All.Count(h => h.Outcome == HostileOutcome.Refused), HostileImages.All.Count);
    }

    [Theory]
    [InlineData("baseline.jpg", false)]
    [InlineData("progressive.jpg", true)]
    [InlineData("rgb.png", false)]
    [InlineData("interlaced.png", true)]
    public void TheHeader_SaysWhetherAllPixelsAreKeptAtOnce(string name, bool interlaced)
    {
        ImageHeader? header = null;
        var error = ImageDecoder.Decode(
            HostileImages.Valid.First(v => v.Name == name).Bytes,
            new ImageLimits(),
            h =>
            {
                header = h;
                return 1;
            },
            out var image);
        image?.Dispose();
        Assert.Null(error);
        Assert.Equal(interlaced, header?.IsInterlaced);
    }

    [Theory]
    [InlineData(ImageFormat.Avif, false, 1, 19)]
    [InlineData(ImageFormat.Jpeg, false, 1, 4)]
    [InlineData(ImageFormat.Jpeg, true, 1, 9)]
    [InlineData(ImageFormat.Jpeg, false, 2, 1.75)]
    [InlineData(ImageFormat.Png, true, 1, 11)]
    [InlineData(ImageFormat.Bmp, false, 1, 3)]
    public void AnEstimate_IsBytesAPixel(ImageFormat format, bool interlaced, int reduction, double bytesAPixel) =>
        Assert.Equal(bytesAPixel * 8000 * 8000, DecodingMemory.Estimate(new ImageHeader(format, 8000, 8000, default, interlaced, IsPlain: true), reduction));
}

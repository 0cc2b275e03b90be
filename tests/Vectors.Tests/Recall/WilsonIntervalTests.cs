using ClipOrleans.Vectors.Recall;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Recall;

// Danger: an interval that leaves 0..1, or collapses to a point where every trial ended alike.
// Invariant: the figures that R. G. Newcombe printed for the method (Statistics in Medicine 17 (1998), 857-872, table I), and its shape.
public sealed class WilsonIntervalTests
{
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void It_gives_the_printed_figures(int successes, int trials, double low, double high)
    {
        var interval = WilsonInterval.Of((double)successes / trials, trials);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void It_holds_the_share_stays_within_bounds_and_narrows_with_trials() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0.5, 10_000]).Sample((share, trials) =>
        {
            var (low, high) = WilsonInterval.Of(share, trials);
            var more = WilsonInterval.Of(share, trials * 2);
            Assert.InRange(low, 0, share + 1e-12);
            Assert.InRange(high, share - 1e-12, 1);
            Assert.True(more.High - more.Low < high - low);
        });
}

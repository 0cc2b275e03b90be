using System.Runtime.Intrinsics;
using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a share that is too large or too small makes searches read for nothing, or stop too early.
// Invariant: within 0.0002 of the normal distribution's tail, not above it far out, falling, and the same in every lane.
// Method: the tail in double arithmetic by its series and its continued fraction, over the whole reach and beyond it.
public sealed class UpperTailTests
{
    private const double Tolerance = 0.0002;
    private const float Step = 1f / 256;

    [Fact]
    public void It_is_the_normal_distributions_tail()
    {
        for (var x = -12f; x <= 12; x += Step)
            Assert.InRange(Beyond(x), NormalTail(x) - Tolerance, NormalTail(x) + Tolerance);
    }

    [Fact]
    public void Far_out_it_promises_no_more_than_there_is()
    {
        for (var x = 3.5f; x <= 12; x += Step)
            Assert.InRange(Beyond(x), 0, NormalTail(x));
    }

    [Fact]
    public void Farther_out_there_is_never_more_but_for_rounding()
    {
        const double rounding = 1e-6;
        for (var x = -12f; x <= 12; x += Step)
            Assert.True(Beyond(x + Step) <= Beyond(x) * (1 + rounding), $"at {x}");
    }

    [Theory]
    [InlineData(float.PositiveInfinity, 0f)]
    [InlineData(float.MaxValue, 0f)]
    [InlineData(8f, 0f)]
    [InlineData(float.NegativeInfinity, 1f)]
    [InlineData(float.MinValue, 1f)]
    [InlineData(0f, 0.5f)]
    public void Its_ends_and_its_middle_are_exact(float deviations, float share) => Assert.Equal(share, Beyond(deviations));

    [Fact]
    public void I10_Every_lane_gives_the_same()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            float[] at = [.. Enumerable.Range(0, 8).Select(_ => (random.NextSingle() * 20) - 10)];
            var all = UpperTail.Beyond(Vector256.Create(at));
            for (var lane = 0; lane < at.Length; lane++)
                Assert.Equal(Beyond(at[lane]), all[lane]);
        }
    }

    private static float Beyond(float deviations) => UpperTail.Beyond(Vector256.Create(deviations))[0];

    private static double NormalTail(double x)
    {
        if (x < 0)
            return 1 - NormalTail(-x);
        var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x > 3)
        {
            var fraction = x;
            for (var k = 80; k >= 1; k--)
                fraction = x + (k / fraction);
            return density / fraction;
        }

        var (term, sum) = (x, x);
        for (var k = 1; k < 100; k++)
            sum += term *= x * x / ((2 * k) + 1);
        return 0.5 - (density * sum);
    }
}

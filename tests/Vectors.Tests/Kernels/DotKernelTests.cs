using System.Runtime.InteropServices;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a width, a tail or a position in memory that scores differently: shards or machines would order hits differently.
// Invariant: I10: every kernel gives the very bits of its scalar twin, at every length and offset; and the twin is right.
// Method: lengths around every multiple a kernel treats apart, random and extreme components, double arithmetic as the judge.
// The whole class is run again with DOTNET_EnableAVX2=0 and with DOTNET_EnableHWIntrinsic=0.
public sealed class DotKernelTests
{
    private const int Seed = 20_26;

    /// <summary>Half a unit in the last place of a float, relative.</summary>
    private const double Epsilon = 1.0 / (1 << 24);

    private static readonly int[] EdgeLengths =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 95, 96, 97, 127, 128, 129, 255, 257, 384, 511, 512, 513, 768, 1023, 1024, 1537, 4096,
    ];

    public static TheoryData<int> Lengths => [.. EdgeLengths];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void I10_Every_width_gives_the_bits_of_the_scalar_twin_at_every_offset(int length)
    {
        var random = new Random(Seed + length);
        for (var offset = 0; offset < 17; offset++)
        {
            var a = Vector(random, length + offset)[offset..];
            var b = Vector(random, length + offset)[offset..];
            AssertTwins(a, b);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_twin_agrees_with_double_arithmetic(int length)
    {
        var random = new Random(Seed - length);
        var a = Vector(random, length);
        var b = Vector(random, length);
        double exact = 0, magnitude = 0;
        for (var i = 0; i < length; i++)
        {
            exact += (double)a[i] * b[i];
            magnitude += Math.Abs((double)a[i] * b[i]);
        }

        // Each component passes at most its product, length/32 sums in its lane and 5 between lanes, each rounded once.
        var roundings = 1 + (length / ScalarDot.Lanes) + 1 + 5;
        Assert.InRange(Scalar(a, b), exact - (magnitude * roundings * Epsilon), exact + (magnitude * roundings * Epsilon));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void I10_Extremes_give_the_bits_of_the_twin_too(int length)
    {
        float[] extremes = [float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 0f, -0f, 1f, float.PositiveInfinity, float.NaN, 1e-38f, -1e38f];
        var random = new Random(Seed);
        for (var round = 0; round < 20; round++)
        {
            // First rounds without infinity and NaN, which would hide everything else.
            var choices = round < 15 ? 7 : extremes.Length;
            AssertTwins(Pick(), Pick());

            float[] Pick() => [.. Enumerable.Range(0, length).Select(_ => extremes[random.Next(choices)])];
        }
    }

    [Fact]
    public void The_kernel_in_use_is_the_one_that_the_environment_leaves()
    {
        var expected = (Environment.GetEnvironmentVariable("DOTNET_EnableHWIntrinsic"), Environment.GetEnvironmentVariable("DOTNET_EnableAVX2")) switch
        {
            ("0", _) => [ScalarDot.Name],
            (_, "0") => [Vector128Dot.Name],
            _ => (string[])[Vector512Dot.Name, Vector256Dot.Name, Vector128Dot.Name],
        };
        Assert.Contains(Processor.KernelName, expected);
    }

    private static void AssertTwins(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var scalar = Scalar(a, b);
        AssertSameBits(scalar, Run<Vector128Dot>(a, b), Vector128Dot.Name);
        AssertSameBits(scalar, Run<Vector256Dot>(a, b), Vector256Dot.Name);
        AssertSameBits(scalar, Run<Vector512Dot>(a, b), Vector512Dot.Name);
        AssertSameBits(scalar, VectorMath.Dot(a, b), "in use");
        AssertSameBits(scalar, VectorMath.Dot(b, a), "in use, turned round");
    }

    private static void AssertSameBits(float expected, float actual, string kernel)
    {
        // Which NaN comes out is the processor's choice.
        var isSame = BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual) || (float.IsNaN(expected) && float.IsNaN(actual));
        Assert.True(isSame, $"{kernel}: {actual:R}, scalar: {expected:R}, seed {Seed}");
    }

    private static float Scalar(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Run<ScalarDot>(a, b);

    private static float Run<TKernel>(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        where TKernel : IDotKernel =>
        TKernel.Dot(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b), (nuint)a.Length);

    private static float[] Vector(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 2) - 1)];
}

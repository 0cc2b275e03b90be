using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a width that overflows or mixes rows up: the same vectors would be learnt into other lists on another machine.
// Invariant: I10: every width gives the number of 64-bit arithmetic, for one row and for four at once.
// Method: every length that axes can have, random components and the extremes of the Projection and of differences of
// two of its vectors. A width that the machine lacks is skipped by name. The folder is run again with narrower instructions.
public sealed unsafe class ShortKernelTests
{
    private const int Seed = 13;

    /// <summary>Of a difference of two projected vectors.</summary>
    private const int LargestDifference = 2 * Projection.Limit;

    /// <summary>Products of a difference and a component sum in 32 bits up to here.</summary>
    private const int LongestDifference = 256;

    private static readonly int[] Lengths = [32, 64, 96, 128, 160, 192, 256, 288, 320, 640, 1280];

    public static TheoryData<string> Widths => ["scalar", "128", "256", "512", "in use"];

    [Theory]
    [MemberData(nameof(Widths))]
    public void I10_Every_width_gives_the_number_of_plain_arithmetic(string width)
    {
        SkipIfLacking(width);
        var random = new Random(Seed);
        for (var round = 0; round < 30 * Lengths.Length; round++)
        {
            var length = Lengths[round % Lengths.Length];
            var limit = Projection.LimitOf(length);
            AssertAgrees(width, Random(random, length * ShortKernels.Rows, limit), Random(random, length, limit));
            if (length <= LongestDifference)
                AssertAgrees(width, Random(random, length * ShortKernels.Rows, LargestDifference), Random(random, length, limit));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_largest_components_do_not_overflow(string width)
    {
        SkipIfLacking(width);
        Assert.All(Lengths, length => AssertExtremes(width, length));
    }

    private static void AssertExtremes(string width, int length)
    {
        var limit = Projection.LimitOf(length);
        int[] extremes = length <= LongestDifference ? [limit, -limit, LargestDifference, -LargestDifference] : [limit, -limit];
        foreach (var first in extremes)
        {
            AssertAgrees(width, Filled(length * ShortKernels.Rows, first), Filled(length, limit));
            AssertAgrees(width, Filled(length * ShortKernels.Rows, first), Filled(length, -limit));
        }

        // Rows of opposite sign: none may leak into its neighbour.
        var rows = new short[length * ShortKernels.Rows];
        for (var row = 0; row < ShortKernels.Rows; row++)
            rows.AsSpan(row * length, length).Fill((short)(row % 2 == 0 ? limit : -limit));
        AssertAgrees(width, rows, Filled(length, limit));
    }

    private static void AssertAgrees(string width, short[] rows, short[] b)
    {
        var length = b.Length;
        var expected = new int[ShortKernels.Rows];
        for (var row = 0; row < expected.Length; row++)
        {
            var sum = 0L;
            for (var i = 0; i < length; i++)
                sum += (long)rows[(row * length) + i] * b[i];
            expected[row] = checked((int)sum);
        }

        // One component off, so that no kernel gets away with an aligned load.
        short[] shifted = [0, .. rows];
        fixed (short* r = shifted, other = b)
        {
            var four = DotRows(width, r + 1, other, length);
            for (var row = 0; row < expected.Length; row++)
            {
                Assert.Equal(expected[row], Dot(width, r + 1 + (row * length), other, length));
                Assert.Equal(expected[row], four[row]);
            }
        }
    }

    private static int Dot(string width, short* a, short* b, int length) => width switch
    {
        "scalar" => ShortKernels.Scalar(a, b, length),
        "128" => ShortKernels.Wide128(a, b, length),
        "256" => ShortKernels.Wide256(a, b, length),
        "512" => ShortKernels.Wide512(a, b, length),
        "in use" => ShortKernels.Dot(a, b, length),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "There is no such width."),
    };

    /// <summary>Scalar and 128 bits have no way of their own for four rows.</summary>
    private static Vector128<int> DotRows(string width, short* rows, short* b, int length) => width switch
    {
        "256" => ShortKernels.Rows256(rows, b, length),
        "512" => ShortKernels.Rows512(rows, b, length),
        _ => ShortKernels.DotRows(rows, b, length),
    };

    private static void SkipIfLacking(string width)
    {
        Assert.SkipUnless(width is not "512" || Avx512BW.IsSupported, "512 bits: this processor has no AVX-512BW, or it is switched off.");
        Assert.SkipUnless(width is not "256" || Avx2.IsSupported, "256 bits: this processor has no AVX2, or it is switched off.");
    }

    private static short[] Random(Random random, int length, int limit) => [.. Enumerable.Range(0, length).Select(_ => (short)random.Next(-limit, limit + 1))];

    private static short[] Filled(int length, int value) => [.. Enumerable.Repeat((short)value, length)];
}

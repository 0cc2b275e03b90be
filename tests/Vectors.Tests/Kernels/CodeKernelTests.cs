using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a width that scores codes differently or overflows: machines would walk the graph differently.
// Invariant: I10: every kernel gives the number of its scalar twin, and that number is what 64-bit arithmetic gives.
// Method: all lengths of a layout up to 4,096 dimensions, random and extreme components. In this folder, since all of it
// is run again with narrower instructions.
public sealed unsafe class CodeKernelTests
{
    private const int Seed = 11;

    public static TheoryData<int> Lengths => [64, 128, 192, 320, 512, 576, 1024, 4160];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void I10_Every_width_gives_the_number_of_the_scalar_twin(int length)
    {
        var limit = ComponentCodes.QueryLimitOf(length);
        var random = new Random(Seed + length);
        for (var round = 0; round < 50; round++)
        {
            var query = new short[length];
            var code = new sbyte[length];
            for (var i = 0; i < length; i++)
            {
                query[i] = (short)random.Next(-limit, limit + 1);
                code[i] = (sbyte)random.Next(-127, 128);
            }

            AssertTwins(query, code);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_largest_components_do_not_overflow(int length)
    {
        var limit = ComponentCodes.QueryLimitOf(length);
        foreach (var (querySign, codeSign) in new[] { (1, 1), (1, -1), (-1, 1), (-1, -1) })
        {
            var query = new short[length];
            var code = new sbyte[length];
            query.AsSpan().Fill((short)(querySign * limit));
            code.AsSpan().Fill((sbyte)(codeSign * 127));
            AssertTwins(query, code);
        }
    }

    private static int AssertTwins(short[] query, sbyte[] code)
    {
        var exact = 0L;
        for (var i = 0; i < query.Length; i++)
            exact += (long)query[i] * code[i];
        fixed (short* q = query)
        fixed (sbyte* c = code)
        {
            Assert.Equal(exact, CodeKernels.Scalar(q, c, query.Length));
            Assert.Equal(exact, CodeKernels.Dot(q, c, query.Length));
            Assert.Equal(exact, CodeKernels.Wide128(q, c, query.Length));
            if (Avx2.IsSupported)
                Assert.Equal(exact, CodeKernels.Wide256(q, c, query.Length));
            if (Avx512BW.IsSupported)
                Assert.Equal(exact, CodeKernels.Wide512(q, c, query.Length));
        }

        return (int)exact;
    }
}

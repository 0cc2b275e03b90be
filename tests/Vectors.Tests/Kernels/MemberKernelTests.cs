using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a row taken for a match that is none, or that the view does not know; a bit read from the wrong half of a word.
// Invariant: every width answers as the scalar twin, and that as a test of each row.
// Method: random rows, below and beyond the row count, over bitmaps of different density; counts around whole words.
public sealed unsafe class MemberKernelTests
{
    public static TheoryData<int, double> Bitmaps => new() { { 1, 1 }, { 31, 0.5 }, { 64, 0.5 }, { 65, 0.1 }, { 4_099, 0.02 }, { 4_099, 1 }, { 100_000, 0.5 } };

    [Theory]
    [MemberData(nameof(Bitmaps))]
    public void Members_are_the_known_rows_whose_bit_is_set(int rowCount, double share)
    {
        var random = new Random(rowCount);
        var words = new ulong[(rowCount + 63) / 64];
        for (var row = 0; row < rowCount; row++)
            words[row >> 6] |= random.NextDouble() < share ? 1UL << row : 0;
        var rows = new int[MemberKernels.Rows];
        for (var round = 0; round < 300; round++)
        {
            for (var i = 0; i < rows.Length; i++)
                rows[i] = random.Next(8) == 0 ? rowCount + random.Next(1 << 20) : random.Next(rowCount);
            var expected = 0u;
            for (var i = 0; i < rows.Length; i++)
                expected |= rows[i] < rowCount && (words[rows[i] / 64] & (1UL << (rows[i] % 64))) != 0 ? 1u << i : 0;
            fixed (int* first = rows)
            fixed (ulong* bits = words)
            {
                Assert.Equal(expected, MemberKernels.Scalar(first, bits, rowCount, MemberKernels.Rows));
                Assert.Equal(expected & 0x7FF, MemberKernels.Scalar(first, bits, rowCount, 11));
                Assert.Equal(expected, MemberKernels.Members(first, bits, rowCount));
                if (Avx2.IsSupported)
                    Assert.Equal(expected, MemberKernels.Wide256(first, bits, rowCount));
            }
        }
    }
}

using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ClipOrleans.Vectors.Codes;

namespace ClipOrleans.Vectors.Tests.Kernels;

// Danger: a width that sums a row wrong, overflows, or disagrees about a row on the threshold: machines would choose
// other candidates, and a search would lose hits.
// Invariant: I10: every width gives the sums and the mask of plain 64-bit arithmetic, at every number of groups.
// Method: random and extreme codes and tables, unaligned; thresholds at, above and below sums that occur. A width that
// the machine lacks is skipped by name. The folder is run again with narrower instructions.
public sealed unsafe class LookupKernelTests
{
    private const int Seed = 12;
    private const int Guard = 8;
    private const ushort Untouched = 0xBEEF;

    private static readonly int[] GroupCounts = [8, 16, 24, 32, 64, 72, 128, 256, 504, 512];

    public static TheoryData<string> Widths => ["scalar", "128", "256", "512", "in use"];

    [Theory]
    [MemberData(nameof(Widths))]
    public void I10_Every_width_gives_the_sums_and_the_mask_of_plain_arithmetic(string width)
    {
        SkipIfLacking(width);
        var random = new Random(Seed);
        for (var round = 0; round < 12 * GroupCounts.Length; round++)
        {
            var groups = GroupCounts[round % GroupCounts.Length];
            var codes = new byte[groups * LookupKernels.GroupBytes];
            var table = new byte[groups * LookupKernels.GroupBytes];
            random.NextBytes(codes);
            var most = round % 3 == 0 ? 2 : LookupKernels.LargestEntry + 1; // small entries make ties
            foreach (ref var entry in table.AsSpan())
                entry = (byte)random.Next(most);
            AssertAgrees(width, codes, table, groups);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_largest_entries_everywhere_do_not_overflow(string width)
    {
        SkipIfLacking(width);
        foreach (var (groups, code) in GroupCounts.SelectMany(static groups => ((byte[])[0x00, 0xFF, 0x0F, 0xF0, 0x5A]).Select(code => (groups, code))))
        {
            var codes = new byte[groups * LookupKernels.GroupBytes];
            var table = new byte[groups * LookupKernels.GroupBytes];
            codes.AsSpan().Fill(code);
            table.AsSpan().Fill(LookupKernels.LargestEntry);
            AssertAgrees(width, codes, table, groups);
            table.AsSpan().Clear();
            AssertAgrees(width, codes, table, groups);
        }
    }

    private static void AssertAgrees(string width, byte[] codes, byte[] table, int groups)
    {
        var expected = PlainSums(codes, table, groups);
        int[] thresholds = [0, 1, ushort.MaxValue, expected.Min(), expected.Max(), expected.Max() + 1, expected[7], expected[7] + 1, expected[16], expected[31] - 1];
        foreach (var threshold in thresholds.Where(value => value is >= 0 and <= ushort.MaxValue))
            AssertAgrees(width, codes, table, groups, (ushort)threshold, expected);
    }

    private static void AssertAgrees(string width, byte[] codes, byte[] table, int groups, ushort threshold, int[] expected)
    {
        var mask = 0u;
        for (var row = 0; row < expected.Length; row++)
            mask |= expected[row] >= threshold ? 1u << row : 0;

        // One byte off, so that no kernel gets away with an aligned load.
        byte[] shifted = [0, .. codes];
        byte[] shiftedTable = [0, 0, 0, .. table];
        var sums = new ushort[LookupKernels.BlockRows + Guard];
        sums.AsSpan().Fill(Untouched);
        uint actual;
        fixed (byte* block = shifted, entries = shiftedTable)
        fixed (ushort* target = sums)
            actual = Scan(width, block + 1, entries + 3, groups, threshold, target);
        Assert.Equal(mask, actual);
        if (mask != 0)
            Assert.Equal(expected, sums.Take(LookupKernels.BlockRows).Select(static sum => (int)sum));
        Assert.All(sums.Skip(LookupKernels.BlockRows), sum => Assert.Equal(Untouched, sum));
    }

    private static int[] PlainSums(byte[] codes, byte[] table, int groups)
    {
        var sums = new int[LookupKernels.BlockRows];
        for (var row = 0; row < sums.Length; row++)
        {
            for (var group = 0; group < groups; group++)
            {
                var pair = codes[(group * 16) + (row % 16)];
                sums[row] += table[(group * 16) + (row < 16 ? pair % 16 : pair / 16)];
            }
        }

        return sums;
    }

    private static uint Scan(string width, byte* block, byte* table, int groups, ushort threshold, ushort* sums) => width switch
    {
        "scalar" => LookupKernels.Scalar(block, table, groups, threshold, sums),
        "128" => LookupKernels.Wide128(block, table, groups, threshold, sums),
        "256" => LookupKernels.Wide256(block, table, groups, threshold, sums),
        "512" => LookupKernels.Wide512(block, table, groups, threshold, sums),
        "in use" => LookupKernels.Scan(block, table, groups, threshold, sums),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "There is no such width."),
    };

    private static void SkipIfLacking(string width)
    {
        Assert.SkipUnless(width is not "512" || Avx512BW.IsSupported, "512 bits: this processor has no AVX-512BW, or it is switched off.");
        Assert.SkipUnless(width is not "256" || Avx2.IsSupported, "256 bits: this processor has no AVX2, or it is switched off.");
        Assert.SkipUnless(width is not "128" || Ssse3.IsSupported || AdvSimd.Arm64.IsSupported, "128 bits: this processor has no byte shuffle, or it is switched off.");
    }
}

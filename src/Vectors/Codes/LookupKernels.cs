using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// Scores a block of 32 rows of 4-bit codes with a table of a query: the byte shuffle of a register is 16 or more table
/// reads at once (André, Kermarrec and Le Scouarnec, Cache locality is not enough, VLDB 2015). All arithmetic is on
/// integers that cannot overflow, so every width gives the same sums as <see cref="Scalar"/>.
/// </summary>
/// <remarks>
/// Of a block, group g has 16 bytes: byte i holds row i in its low half and row 16 + i in its high half. Of a table, group
/// g has 16 entries of at most <see cref="LargestEntry"/>, so that two groups add up within a byte.
/// </remarks>
internal static unsafe class LookupKernels
{
    public const int BlockRows = 32;

    /// <summary>Bytes of a group in a block, and of a group in a table.</summary>
    public const int GroupBytes = 16;

    public const int LargestEntry = 127;

    private const byte LowHalf = 0x0F;

    /// <summary>Sums of all rows into <paramref name="sums"/>, when a row reaches the threshold.</summary>
    /// <param name="block">Codes.</param>
    /// <param name="table">Of the query.</param>
    /// <param name="groups">A multiple of <see cref="AxisGroups.Granularity"/>, up to 512.</param>
    /// <param name="threshold">Sums at or above it are wanted.</param>
    /// <param name="sums">32 sums; not written when the answer is 0.</param>
    /// <returns>Bit i: row i reaches the threshold.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Scan(byte* block, byte* table, int groups, ushort threshold, ushort* sums)
    {
        if (Avx512BW.IsSupported)
            return Wide512(block, table, groups, threshold, sums);
        if (Avx2.IsSupported)
            return Wide256(block, table, groups, threshold, sums);
        if (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported)
            return Wide128(block, table, groups, threshold, sums);
        return Scalar(block, table, groups, threshold, sums);
    }

    public static uint Scalar(byte* block, byte* table, int groups, ushort threshold, ushort* sums)
    {
        var mask = 0u;
        for (var row = 0; row < BlockRows; row++)
        {
            var sum = 0;
            for (var group = 0; group < groups; group++)
            {
                var pair = block[(group * GroupBytes) + (row & 15)];
                sum += table[(group * GroupBytes) + (row < 16 ? pair & LowHalf : pair >> 4)];
            }

            sums[row] = (ushort)sum;
            mask |= sum >= threshold ? 1u << row : 0;
        }

        return mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Wide512(byte* block, byte* table, int groups, ushort threshold, ushort* sums)
    {
        var half = Vector512.Create(LowHalf);
        var evenMask = Vector512.Create((ushort)0xFF);
        Vector512<ushort> lowEven = default, lowOdd = default, highEven = default, highOdd = default;
        var bytes = groups * GroupBytes;
        for (var at = 0; at < bytes; at += 128)
        {
            var first = Vector512.Load(block + at);
            var second = Vector512.Load(block + at + 64);
            var firstTable = Vector512.Load(table + at);
            var secondTable = Vector512.Load(table + at + 64);
            var low = (Avx512BW.Shuffle(firstTable, first & half) + Avx512BW.Shuffle(secondTable, second & half)).AsUInt16();
            var high = (Avx512BW.Shuffle(firstTable, (first.AsUInt16() >> 4).AsByte() & half) + Avx512BW.Shuffle(secondTable, (second.AsUInt16() >> 4).AsByte() & half)).AsUInt16();
            lowEven += low & evenMask;
            lowOdd += low >> 8;
            highEven += high & evenMask;
            highOdd += high >> 8;
        }

        var even = lowEven.GetLower() + lowEven.GetUpper();
        var odd = lowOdd.GetLower() + lowOdd.GetUpper();
        var evenHigh = highEven.GetLower() + highEven.GetUpper();
        var oddHigh = highOdd.GetLower() + highOdd.GetUpper();
        return Finish(even, odd, evenHigh, oddHigh, threshold, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Wide256(byte* block, byte* table, int groups, ushort threshold, ushort* sums)
    {
        var half = Vector256.Create(LowHalf);
        var evenMask = Vector256.Create((ushort)0xFF);
        Vector256<ushort> lowEven = default, lowOdd = default, highEven = default, highOdd = default;
        var bytes = groups * GroupBytes;
        for (var at = 0; at < bytes; at += 64)
        {
            var first = Vector256.Load(block + at);
            var second = Vector256.Load(block + at + 32);
            var firstTable = Vector256.Load(table + at);
            var secondTable = Vector256.Load(table + at + 32);
            var low = (Avx2.Shuffle(firstTable, first & half) + Avx2.Shuffle(secondTable, second & half)).AsUInt16();
            var high = (Avx2.Shuffle(firstTable, (first.AsUInt16() >> 4).AsByte() & half) + Avx2.Shuffle(secondTable, (second.AsUInt16() >> 4).AsByte() & half)).AsUInt16();
            lowEven += low & evenMask;
            lowOdd += low >> 8;
            highEven += high & evenMask;
            highOdd += high >> 8;
        }

        return Finish(lowEven, lowOdd, highEven, highOdd, threshold, sums);
    }

    /// <summary>Only 128-bit registers: AdvSimd on Arm; on x86 it needs a byte shuffle too.</summary>
    internal static uint Wide128(byte* block, byte* table, int groups, ushort threshold, ushort* sums)
    {
        var half = Vector128.Create(LowHalf);
        var evenMask = Vector128.Create((ushort)0xFF);
        Vector128<ushort> lowEven = default, lowOdd = default, highEven = default, highOdd = default;
        var bytes = groups * GroupBytes;
        for (var at = 0; at < bytes; at += 32)
        {
            var first = Vector128.Load(block + at);
            var second = Vector128.Load(block + at + 16);
            var firstTable = Vector128.Load(table + at);
            var secondTable = Vector128.Load(table + at + 16);
            var low = (Shuffle(firstTable, first & half) + Shuffle(secondTable, second & half)).AsUInt16();
            var high = (Shuffle(firstTable, (first.AsUInt16() >> 4).AsByte() & half) + Shuffle(secondTable, (second.AsUInt16() >> 4).AsByte() & half)).AsUInt16();
            lowEven += low & evenMask;
            lowOdd += low >> 8;
            highEven += high & evenMask;
            highOdd += high >> 8;
        }

        var lowMask = Reached(lowEven, lowOdd, threshold, sums);
        var highMask = Reached(highEven, highOdd, threshold, sums + 16);
        return lowMask | (highMask << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Shuffle(Vector128<byte> table, Vector128<byte> indexes)
    {
        if (Ssse3.IsSupported)
            return Ssse3.Shuffle(table, indexes);
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.VectorTableLookup(table, indexes);
        return Vector128.Shuffle(table, indexes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(Vector256<ushort> lowEven, Vector256<ushort> lowOdd, Vector256<ushort> highEven, Vector256<ushort> highOdd, ushort threshold, ushort* sums)
    {
        var even = Vector256.Create(lowEven.GetLower() + lowEven.GetUpper(), highEven.GetLower() + highEven.GetUpper());
        var odd = Vector256.Create(lowOdd.GetLower() + lowOdd.GetUpper(), highOdd.GetLower() + highOdd.GetUpper());
        // Nearly all blocks end here, before their rows are put in order.
        var limit = Vector256.Create(threshold);
        if (!Vector256.GreaterThanOrEqualAny(Vector256.Max(even, odd), limit))
            return 0;
        return Reached(even.GetLower(), odd.GetLower(), threshold, sums) | (Reached(even.GetUpper(), odd.GetUpper(), threshold, sums + 16) << 16);
    }

    /// <summary>Stores 16 sums in the order of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reached(Vector128<ushort> even, Vector128<ushort> odd, ushort threshold, ushort* sums)
    {
        var limit = Vector128.Create(threshold);
        if (Sse2.IsSupported)
        {
            var first = Sse2.UnpackLow(even, odd);
            var second = Sse2.UnpackHigh(even, odd);
            first.Store(sums);
            second.Store(sums + 8);
            var reached = Sse2.PackSignedSaturate(Vector128.GreaterThanOrEqual(first, limit).AsInt16(), Vector128.GreaterThanOrEqual(second, limit).AsInt16());
            return reached.ExtractMostSignificantBits();
        }

        var mask = 0u;
        for (var i = 0; i < 8; i++)
        {
            sums[2 * i] = even.GetElement(i);
            sums[(2 * i) + 1] = odd.GetElement(i);
        }

        var evenMask = Vector128.GreaterThanOrEqual(even, limit).ExtractMostSignificantBits();
        var oddMask = Vector128.GreaterThanOrEqual(odd, limit).ExtractMostSignificantBits();
        for (var i = 0; i < 8; i++)
            mask |= (((evenMask >> i) & 1) << (2 * i)) | (((oddMask >> i) & 1) << ((2 * i) + 1));
        return mask;
    }
}

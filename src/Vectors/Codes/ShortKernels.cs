using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// Inner products of <see cref="Projection"/>'s components. Integers that cannot overflow: all widths give the same
/// numbers as <see cref="Scalar"/>. Lengths are multiples of <see cref="Projection.Granularity"/>.
/// </summary>
internal static unsafe class ShortKernels
{
    /// <summary>Rows that are compared with a centroid at once, so that it is read once for all of them.</summary>
    public const int Rows = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(short* a, short* b, int length)
    {
        if (Avx512BW.IsSupported)
            return Wide512(a, b, length);
        if (Avx2.IsSupported)
            return Wide256(a, b, length);
        if (Vector128.IsHardwareAccelerated)
            return Wide128(a, b, length);
        return Scalar(a, b, length);
    }

    /// <summary>Inner products of four rows, one after the other, with the same vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> DotRows(short* rows, short* b, int length)
    {
        if (Avx512BW.IsSupported)
            return Rows512(rows, b, length);
        if (Avx2.IsSupported)
            return Rows256(rows, b, length);
        return Vector128.Create(Dot(rows, b, length), Dot(rows + length, b, length), Dot(rows + (2 * length), b, length), Dot(rows + (3 * length), b, length));
    }

    public static int Scalar(short* a, short* b, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Wide512(short* a, short* b, int length)
    {
        var sum = Vector512<int>.Zero;
        for (var i = 0; i < length; i += 32)
            sum += Avx512BW.MultiplyAddAdjacent(Vector512.Load(a + i), Vector512.Load(b + i));
        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Wide256(short* a, short* b, int length)
    {
        var even = Vector256<int>.Zero;
        var odd = Vector256<int>.Zero;
        for (var i = 0; i < length; i += 32)
        {
            even += Avx2.MultiplyAddAdjacent(Vector256.Load(a + i), Vector256.Load(b + i));
            odd += Avx2.MultiplyAddAdjacent(Vector256.Load(a + i + 16), Vector256.Load(b + i + 16));
        }

        return Vector256.Sum(even + odd);
    }

    /// <summary>Only <see cref="Vector128"/>, which is AdvSimd on Arm and runs on x86 too, so that it can be tested there.</summary>
    internal static int Wide128(short* a, short* b, int length)
    {
        var even = Vector128<int>.Zero;
        var odd = Vector128<int>.Zero;
        for (var i = 0; i < length; i += 8)
        {
            var (aLow, aHigh) = Vector128.Widen(Vector128.Load(a + i));
            var (bLow, bHigh) = Vector128.Widen(Vector128.Load(b + i));
            even += aLow * bLow;
            odd += aHigh * bHigh;
        }

        return Vector128.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Rows512(short* rows, short* b, int length)
    {
        Vector512<int> first = default, second = default, third = default, fourth = default;
        for (var i = 0; i < length; i += 32)
        {
            var components = Vector512.Load(b + i);
            first += Avx512BW.MultiplyAddAdjacent(Vector512.Load(rows + i), components);
            second += Avx512BW.MultiplyAddAdjacent(Vector512.Load(rows + length + i), components);
            third += Avx512BW.MultiplyAddAdjacent(Vector512.Load(rows + (2 * length) + i), components);
            fourth += Avx512BW.MultiplyAddAdjacent(Vector512.Load(rows + (3 * length) + i), components);
        }

        return Sums(first.GetLower() + first.GetUpper(), second.GetLower() + second.GetUpper(), third.GetLower() + third.GetUpper(), fourth.GetLower() + fourth.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Rows256(short* rows, short* b, int length)
    {
        Vector256<int> first = default, second = default, third = default, fourth = default;
        for (var i = 0; i < length; i += 16)
        {
            var components = Vector256.Load(b + i);
            first += Avx2.MultiplyAddAdjacent(Vector256.Load(rows + i), components);
            second += Avx2.MultiplyAddAdjacent(Vector256.Load(rows + length + i), components);
            third += Avx2.MultiplyAddAdjacent(Vector256.Load(rows + (2 * length) + i), components);
            fourth += Avx2.MultiplyAddAdjacent(Vector256.Load(rows + (3 * length) + i), components);
        }

        return Sums(first, second, third, fourth);
    }

    /// <summary>The sum of each register, in three additions of neighbours instead of four times three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(Vector256<int> first, Vector256<int> second, Vector256<int> third, Vector256<int> fourth)
    {
        var pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(first, second), Avx2.HorizontalAdd(third, fourth));
        return pairs.GetLower() + pairs.GetUpper();
    }
}

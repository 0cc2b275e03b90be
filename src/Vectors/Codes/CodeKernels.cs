using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// Inner product of 16-bit query components and 8-bit code components. All arithmetic is on integers that cannot
/// overflow (<see cref="ComponentCodes.EncodeQuery"/> sees to that), so every width gives the same number as <see cref="Scalar"/>.
/// </summary>
internal static unsafe class CodeKernels
{
    /// <summary>Lengths are multiples of this many components: a cache line of code.</summary>
    public const int Granularity = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Dot(short* query, sbyte* code, int length)
    {
        if (Avx512BW.IsSupported)
            return Wide512(query, code, length);
        if (Avx2.IsSupported)
            return Wide256(query, code, length);
        if (AdvSimd.IsSupported)
            return Wide128(query, code, length);
        return Scalar(query, code, length);
    }

    public static int Scalar(short* query, sbyte* code, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += query[i] * code[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Wide512(short* query, sbyte* code, int length)
    {
        var even = Vector512<int>.Zero;
        var odd = Vector512<int>.Zero;
        for (var i = 0; i < length; i += Granularity)
        {
            even += Avx512BW.MultiplyAddAdjacent(Vector512.Load(query + i), Avx512BW.ConvertToVector512Int16(Vector256.Load(code + i)));
            odd += Avx512BW.MultiplyAddAdjacent(Vector512.Load(query + i + 32), Avx512BW.ConvertToVector512Int16(Vector256.Load(code + i + 32)));
        }

        return Vector512.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Wide256(short* query, sbyte* code, int length)
    {
        var even = Vector256<int>.Zero;
        var odd = Vector256<int>.Zero;
        for (var i = 0; i < length; i += 32)
        {
            even += Avx2.MultiplyAddAdjacent(Vector256.Load(query + i), Avx2.ConvertToVector256Int16(code + i));
            odd += Avx2.MultiplyAddAdjacent(Vector256.Load(query + i + 16), Avx2.ConvertToVector256Int16(code + i + 16));
        }

        return Vector256.Sum(even + odd);
    }

    /// <summary>Only <see cref="Vector128"/>, which is AdvSimd on Arm and runs on x86 too, so that it can be tested there.</summary>
    internal static int Wide128(short* query, sbyte* code, int length)
    {
        var even = Vector128<int>.Zero;
        var odd = Vector128<int>.Zero;
        for (var i = 0; i < length; i += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(code + i));
            var (queryLowA, queryLowB) = Vector128.Widen(Vector128.Load(query + i));
            var (lowA, lowB) = Vector128.Widen(low);
            even += (queryLowA * lowA) + (queryLowB * lowB);
            var (queryHighA, queryHighB) = Vector128.Widen(Vector128.Load(query + i + 8));
            var (highA, highB) = Vector128.Widen(high);
            odd += (queryHighA * highA) + (queryHighB * highB);
        }

        return Vector128.Sum(even + odd);
    }
}

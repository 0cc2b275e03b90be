using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Kernels;

/// <summary>512-bit registers: AVX-512.</summary>
internal readonly struct Vector512Dot : IDotKernel
{
    public static string Name => "512-bit";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(ref readonly float a, ref readonly float b, nuint length)
    {
        var lanes0 = Vector512<float>.Zero;
        var lanes16 = Vector512<float>.Zero;
        nuint i = 0;
        for (; i + ScalarDot.Lanes <= length; i += ScalarDot.Lanes)
        {
            lanes0 += Vector512.LoadUnsafe(in a, i) * Vector512.LoadUnsafe(in b, i);
            lanes16 += Vector512.LoadUnsafe(in a, i + 16) * Vector512.LoadUnsafe(in b, i + 16);
        }

        if (i < length)
        {
            Span<float> lanes = stackalloc float[ScalarDot.Lanes];
            lanes0.CopyTo(lanes);
            lanes16.CopyTo(lanes[16..]);
            return ScalarDot.Finish(lanes, in a, in b, i, length);
        }

        var sixteen = lanes0 + lanes16;
        return Vector256Dot.Reduce(sixteen.GetLower() + sixteen.GetUpper());
    }
}

/// <summary>256-bit registers: AVX2.</summary>
internal readonly struct Vector256Dot : IDotKernel
{
    public static string Name => "256-bit";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(ref readonly float a, ref readonly float b, nuint length)
    {
        var lanes0 = Vector256<float>.Zero;
        var lanes8 = Vector256<float>.Zero;
        var lanes16 = Vector256<float>.Zero;
        var lanes24 = Vector256<float>.Zero;
        nuint i = 0;
        for (; i + ScalarDot.Lanes <= length; i += ScalarDot.Lanes)
        {
            lanes0 += Vector256.LoadUnsafe(in a, i) * Vector256.LoadUnsafe(in b, i);
            lanes8 += Vector256.LoadUnsafe(in a, i + 8) * Vector256.LoadUnsafe(in b, i + 8);
            lanes16 += Vector256.LoadUnsafe(in a, i + 16) * Vector256.LoadUnsafe(in b, i + 16);
            lanes24 += Vector256.LoadUnsafe(in a, i + 24) * Vector256.LoadUnsafe(in b, i + 24);
        }

        if (i < length)
        {
            Span<float> lanes = stackalloc float[ScalarDot.Lanes];
            lanes0.CopyTo(lanes);
            lanes8.CopyTo(lanes[8..]);
            lanes16.CopyTo(lanes[16..]);
            lanes24.CopyTo(lanes[24..]);
            return ScalarDot.Finish(lanes, in a, in b, i, length);
        }

        return Reduce(lanes0 + lanes16 + (lanes8 + lanes24));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Reduce(Vector256<float> eight) => Vector128Dot.Reduce(eight.GetLower() + eight.GetUpper());
}

/// <summary>128-bit registers: SSE and Arm's AdvSimd.</summary>
internal readonly struct Vector128Dot : IDotKernel
{
    public static string Name => "128-bit";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(ref readonly float a, ref readonly float b, nuint length)
    {
        var lanes0 = Vector128<float>.Zero;
        var lanes4 = Vector128<float>.Zero;
        var lanes8 = Vector128<float>.Zero;
        var lanes12 = Vector128<float>.Zero;
        var lanes16 = Vector128<float>.Zero;
        var lanes20 = Vector128<float>.Zero;
        var lanes24 = Vector128<float>.Zero;
        var lanes28 = Vector128<float>.Zero;
        nuint i = 0;
        for (; i + ScalarDot.Lanes <= length; i += ScalarDot.Lanes)
        {
            lanes0 += Vector128.LoadUnsafe(in a, i) * Vector128.LoadUnsafe(in b, i);
            lanes4 += Vector128.LoadUnsafe(in a, i + 4) * Vector128.LoadUnsafe(in b, i + 4);
            lanes8 += Vector128.LoadUnsafe(in a, i + 8) * Vector128.LoadUnsafe(in b, i + 8);
            lanes12 += Vector128.LoadUnsafe(in a, i + 12) * Vector128.LoadUnsafe(in b, i + 12);
            lanes16 += Vector128.LoadUnsafe(in a, i + 16) * Vector128.LoadUnsafe(in b, i + 16);
            lanes20 += Vector128.LoadUnsafe(in a, i + 20) * Vector128.LoadUnsafe(in b, i + 20);
            lanes24 += Vector128.LoadUnsafe(in a, i + 24) * Vector128.LoadUnsafe(in b, i + 24);
            lanes28 += Vector128.LoadUnsafe(in a, i + 28) * Vector128.LoadUnsafe(in b, i + 28);
        }

        if (i < length)
        {
            Span<float> lanes = stackalloc float[ScalarDot.Lanes];
            lanes0.CopyTo(lanes);
            lanes4.CopyTo(lanes[4..]);
            lanes8.CopyTo(lanes[8..]);
            lanes12.CopyTo(lanes[12..]);
            lanes16.CopyTo(lanes[16..]);
            lanes20.CopyTo(lanes[20..]);
            lanes24.CopyTo(lanes[24..]);
            lanes28.CopyTo(lanes[28..]);
            return ScalarDot.Finish(lanes, in a, in b, i, length);
        }

        var low = lanes0 + lanes16 + (lanes8 + lanes24);
        var high = lanes4 + lanes20 + (lanes12 + lanes28);
        return Reduce(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Reduce(Vector128<float> four) =>
        four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
}

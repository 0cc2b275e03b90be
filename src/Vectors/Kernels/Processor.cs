using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Kernels;

/// <summary>What this processor has, asked once. The widths are constants to the JIT, so the choice costs nothing later.</summary>
internal static class Processor
{
    /// <summary>Name of the kernel in use: 512-bit, 256-bit, 128-bit or scalar.</summary>
    public static string KernelName =>
        Vector512.IsHardwareAccelerated ? Vector512Dot.Name
        : Vector256.IsHardwareAccelerated ? Vector256Dot.Name
        : Vector128.IsHardwareAccelerated ? Vector128Dot.Name
        : ScalarDot.Name;

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b);
        var length = (nuint)a.Length;
        if (Vector512.IsHardwareAccelerated)
            return Vector512Dot.Dot(ref first, ref second, length);
        if (Vector256.IsHardwareAccelerated)
            return Vector256Dot.Dot(ref first, ref second, length);
        if (Vector128.IsHardwareAccelerated)
            return Vector128Dot.Dot(ref first, ref second, length);
        return ScalarDot.Dot(ref first, ref second, length);
    }
}

using System.Runtime.CompilerServices;

namespace ClipOrleans.Vectors.Kernels;

/// <summary>The plain twin of the vector kernels, and their tail: the definition of what all of them compute.</summary>
internal readonly struct ScalarDot : IDotKernel
{
    /// <summary>Independent sums; see <see cref="IDotKernel"/>.</summary>
    public const int Lanes = 32;

    public static string Name => "scalar";

    public static float Dot(ref readonly float a, ref readonly float b, nuint length)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        return Finish(lanes, in a, in b, 0, length);
    }

    /// <summary>Adds components from <paramref name="start"/>, a multiple of the lanes, to the lanes, and the lanes to one number.</summary>
    public static float Finish(Span<float> lanes, ref readonly float a, ref readonly float b, nuint start, nuint length)
    {
        ref var first = ref Unsafe.AsRef(in a);
        ref var second = ref Unsafe.AsRef(in b);
        for (var i = start; i < length; i++)
            lanes[(int)(i % Lanes)] += Unsafe.Add(ref first, i) * Unsafe.Add(ref second, i);
        for (var half = Lanes / 2; half > 0; half /= 2)
        {
            for (var lane = 0; lane < half; lane++)
                lanes[lane] += lanes[lane + half];
        }

        return lanes[0];
    }
}

namespace ClipOrleans.Vectors.Kernels;

/// <summary>
/// The inner product for one vector width, as a struct so that the JIT makes one loop for each and no call remains.
/// </summary>
/// <remarks>
/// All widths and the scalar twin compute the same bits (I10), because all follow one order of operations:
/// 32 lanes, component i in lane i mod 32, each lane adding its products in order; then lanes l, l+16 are added,
/// then l, l+8, l+4, l+2, l+1. Four or more independent sums also keep the adders busy, whose latency is several cycles.
/// Products are rounded before they are added: fused multiply-add would be the one operation that not every processor
/// has, and the scan waits for memory, not for arithmetic (see the README for the measurement).
/// </remarks>
internal interface IDotKernel
{
    /// <summary>What explain and logs call it.</summary>
    static abstract string Name { get; }

    /// <summary>Inner product of <paramref name="length"/> components.</summary>
    static abstract float Dot(ref readonly float a, ref readonly float b, nuint length);
}

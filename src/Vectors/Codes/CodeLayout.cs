namespace ClipOrleans.Vectors.Codes;

/// <summary>
/// The bytes of one code: components, then the sum of their squares in the last four bytes. Both lie in whole cache
/// lines, so that scoring a row touches no other; query components opposite the sum are zero, so kernels read over it.
/// </summary>
internal readonly record struct CodeLayout
{
    public const int SumBytes = sizeof(int);

    /// <exception cref="ArgumentOutOfRangeException">Not a multiple of 64, or none.</exception>
    public CodeLayout(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, CodeKernels.Granularity);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes % CodeKernels.Granularity, 0);
        Bytes = bytes;
    }

    /// <summary>Of a code, a multiple of 64.</summary>
    public int Bytes { get; }

    /// <summary>8-bit components of a code.</summary>
    public int Components => Bytes - SumBytes;

    /// <summary>Largest magnitude of a query component whose inner product with any code fits 32 bits.</summary>
    public int QueryLimit => Math.Min(short.MaxValue, int.MaxValue / (Components * sbyte.MaxValue));
}

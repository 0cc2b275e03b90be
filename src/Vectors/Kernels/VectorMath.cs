namespace ClipOrleans.Vectors.Kernels;

/// <summary>Arithmetic on single vectors, the same that the scan uses.</summary>
public static class VectorMath
{
    /// <summary>
    /// Inner product; of normalised vectors the cosine similarity. The result has the same bits on every processor and
    /// wherever the vectors lie: see <see cref="IDotKernel"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Vectors of {a.Length} and {b.Length} dimensions have no inner product.", nameof(b));
        return Processor.Dot(a, b);
    }

    /// <summary>Scales to Euclidean length 1, in place.</summary>
    /// <returns>False, and the vector untouched, when it is zero or has NaN or infinite components.</returns>
    public static bool TryNormalize(Span<float> v)
    {
        // The sum of squares of floats cannot overflow a double, nor vanish in it.
        var sum = 0.0;
        foreach (var x in v)
            sum += (double)x * x;
        if (!(sum > 0) || !double.IsFinite(sum))
            return false;
        var scale = 1 / Math.Sqrt(sum);
        foreach (ref var x in v)
            x = (float)(x * scale);
        return true;
    }
}

namespace ClipOrleans.Clip.Inference;

/// <summary>Arithmetic on embeddings.</summary>
internal static class Embeddings
{
    /// <summary>Scales to length 1; false where that is impossible (zero, infinite or not a number), and nothing is changed then.</summary>
    public static bool TryNormalize(Span<float> vector)
    {
        var sum = 0.0;
        foreach (var x in vector)
            sum += (double)x * x;
        if (!(sum > 0) || !double.IsFinite(sum))
            return false;
        var scale = 1 / Math.Sqrt(sum);
        for (var i = 0; i < vector.Length; i++)
            vector[i] = (float)(vector[i] * scale);
        return true;
    }

    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}

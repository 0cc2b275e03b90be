using System.Runtime.Intrinsics;

namespace ClipOrleans.Vectors.Ann;

/// <summary>
/// The share of a normal distribution beyond so many standard deviations, by a logistic curve of a cubic (Page,
/// Approximations to the cumulative normal function, Applied Statistics 26, 1977): within 0.0002 of the true share, and
/// below it far out, where real scores are not normal either.
/// </summary>
internal static class UpperTail
{
    private const float Linear = 1.5976f;
    private const float Cubic = 0.070565992f;

    /// <summary>Farther out, a list of any size holds nothing: and powers of e stay within a float.</summary>
    private const float Reach = 8;

    public static Vector256<float> Beyond(Vector256<float> deviations)
    {
        var x = Vector256.Min(Vector256.Max(deviations, Vector256.Create(-Reach)), Vector256.Create(Reach));
        var exponent = x * (Vector256.Create(Linear) + (Vector256.Create(Cubic) * x * x));
        var share = Vector256<float>.One / (Vector256<float>.One + Exp(exponent));
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(deviations, Vector256.Create(Reach)), Vector256<float>.Zero, share);
    }

    /// <summary>
    /// e to the power x for magnitudes up to 60, to five digits: the integer part of the binary logarithm goes to the
    /// exponent, the rest through four terms of the Taylor series. The platform's own differs from processor to processor.
    /// </summary>
    private static Vector256<float> Exp(Vector256<float> x)
    {
        var binary = x * Vector256.Create(1.44269504f);
        var whole = Vector256.Floor(binary + Vector256.Create(0.5f));
        var rest = (binary - whole) * Vector256.Create(0.69314718f);
        var series = Vector256<float>.One + (rest * (Vector256<float>.One + (rest * (Vector256.Create(0.5f) + (rest * (Vector256.Create(0.16666667f) + (rest * Vector256.Create(0.041666668f))))))));
        return (series.AsInt32() + (Vector256.ConvertToInt32(whole) << 23)).AsSingle();
    }
}

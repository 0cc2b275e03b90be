namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// The score interval of a share: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// Journal of the American Statistical Association 22 (1927), 209-212. Unlike the usual mean ± error it stays within 0
/// and 1 and is wide where all trials ended alike, which is what a recall near 1 needs.
/// </summary>
internal static class WilsonInterval
{
    /// <summary>Quantile of the normal distribution for 95 % on two sides.</summary>
    public const double Z95 = 1.959963984540054;

    /// <param name="share">Of the trials that succeeded, 0 to 1.</param>
    /// <param name="trials">Independent trials, above 0; need not be whole.</param>
    public static (double Low, double High) Of(double share, double trials)
    {
        const double zz = Z95 * Z95;
        var shrink = 1 / (1 + (zz / trials));
        var centre = shrink * (share + (zz / (2 * trials)));
        var half = shrink * Z95 * Math.Sqrt((share * (1 - share) / trials) + (zz / (4 * trials * trials)));

        // Rounding must not put a share of 0 or 1 outside its own interval.
        return (Math.Clamp(centre - half, 0, share), Math.Clamp(centre + half, share, 1));
    }
}

namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Classes of searches by the share of the live documents that their filters match. How much effort a recall takes
/// depends on it, so each band is measured and controlled by itself.
/// </summary>
public static class SelectivityBand
{
    /// <summary>Least share of each band but the last.</summary>
    private static readonly double[] s_floors = [0.5, 0.1, 0.01, 0.001];

    /// <summary>From the widest on. "all": 50 % and more, no filter too.</summary>
    public static IReadOnlyList<string> Names { get; } = ["all", "10-50%", "1-10%", "0.1-1%", "0-0.1%"];

    internal static int Count => s_floors.Length + 1;

    /// <returns>The number of the band, from 0 for the widest.</returns>
    internal static int Of(double selectivity)
    {
        var band = 0;
        foreach (var floor in s_floors)
        {
            if (selectivity >= floor)
                return band;
            band++;
        }

        return band;
    }
}

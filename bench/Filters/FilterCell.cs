using System.Globalization;

namespace ClipOrleans.Bench.Filters;

/// <summary>One cell of the table: filters that match this share of the rows, and how they relate to the query.</summary>
internal sealed record FilterCell(double Share, FilterKind Kind)
{
    private static readonly double[] Shares = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001, 0.0001];
    private static readonly FilterKind[] Kinds = [FilterKind.Random, FilterKind.Correlated, FilterKind.AntiCorrelated];

    /// <summary>From the widest on; the first has no filter.</summary>
    public static IReadOnlyList<FilterCell> All { get; } =
        [new FilterCell(1, FilterKind.None), .. Shares.SelectMany(share => Kinds.Select(kind => new FilterCell(share, kind)))];

    public string Percent => (100 * Share).ToString("0.##", CultureInfo.InvariantCulture);

    public string Relation => Kind switch
    {
        FilterKind.None => "no filter",
        FilterKind.Random => "random",
        FilterKind.Correlated => "correlated",
        FilterKind.AntiCorrelated => "anti-correlated",
        _ => throw new InvalidOperationException($"{Kind} has no name."),
    };

    /// <summary>How many rows match, exactly.</summary>
    public int Matches(int rows) => Math.Max(1, (int)Math.Round(Share * rows));
}

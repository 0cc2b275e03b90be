namespace ClipOrleans.Vectors.Recall;

/// <summary>Joins what the shards of an index measured of themselves.</summary>
public static class RecallMerge
{
    /// <summary>
    /// Recall and effort as means by queries. Intervals are joined from the distances of each end to its mean ("MOVER":
    /// G. Y. Zou, A. Donner, Statistics in Medicine 27 (2008), 1693-1702), since shards are measured independently.
    /// </summary>
    /// <param name="measured">Of all shards, in any order.</param>
    /// <returns>One for each band that any shard has, in the order of <see cref="SelectivityBand.Names"/>.</returns>
    public static IReadOnlyList<BandRecall> Merge(IEnumerable<BandRecall> measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        var bands = measured.Where(band => band.Queries > 0).ToLookup(band => band.Selectivity, StringComparer.Ordinal);
        return [.. SelectivityBand.Names.Where(bands.Contains).Select(name => Merge(name, [.. bands[name]]))];
    }

    private static BandRecall Merge(string name, BandRecall[] shards)
    {
        if (shards.Length == 1)
            return shards[0];
        var queries = shards.Sum(shard => shard.Queries);
        var recall = Mean(shard => shard.Recall);
        return new BandRecall(
            name,
            recall,
            Math.Max(0, recall - Distance(shard => shard.Recall - shard.Low)),
            Math.Min(1, recall + Distance(shard => shard.High - shard.Recall)),
            queries,
            Mean(shard => shard.Effort));

        double Mean(Func<BandRecall, double> of) => shards.Sum(shard => shard.Queries * of(shard)) / queries;

        double Distance(Func<BandRecall, double> of) => Math.Sqrt(shards.Sum(shard => Square(shard.Queries * of(shard) / queries)));
    }

    private static double Square(double x) => x * x;
}

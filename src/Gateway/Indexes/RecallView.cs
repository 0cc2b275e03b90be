using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Wire;
using ClipOrleans.Vectors.Recall;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>What an index promised and what its shards measured, as callers see it.</summary>
internal static class RecallView
{
    public static RecallWire Of(double target, IEnumerable<ShardStatus> shards)
    {
        var measured = shards.Where(shard => !shard.Recall.IsDefault).SelectMany(shard => shard.Recall)
            .Select(band => new BandRecall(band.Selectivity, band.Recall, band.Low, band.High, band.Queries, band.Effort));
        return new RecallWire { Target = target, Measured = [.. RecallMerge.Merge(measured).Select(Of)] };
    }

    /// <summary>Null for a shard that is not loaded.</summary>
    public static string? NameOf(ShardCodes? codes) => codes switch
    {
        null => null,
        ShardCodes.Exact => "exact",
        ShardCodes.Training => "training",
        ShardCodes.Trained => "trained",
        _ => throw new InvalidDataException($"{codes} is not a state of codes."),
    };

    private static MeasuredRecallWire Of(BandRecall band) => new()
    {
        Selectivity = band.Selectivity,
        Recall = Rounded(band.Recall),
        Low = Rounded(band.Low),
        High = Rounded(band.High),
        Queries = band.Queries,
        Effort = Math.Round(band.Effort, 2),
    };

    private static double Rounded(double share) => Math.Round(share, 4);
}

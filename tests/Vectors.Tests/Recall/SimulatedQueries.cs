namespace ClipOrleans.Vectors.Tests.Recall;

/// <summary>Queries of which some are hard: all misses fall on 3 of 10 queries, as far as these can take them.</summary>
internal sealed class SimulatedQueries(int seed)
{
    private const double HardShare = 0.3;
    private const int Neighbours = 10;

    private readonly Random _random = new(seed);

    /// <returns>Share of the neighbours that the next query finds, where the mean over all is <paramref name="recall"/>.</returns>
    public double Next(double recall)
    {
        var misses = 1 - recall;
        var isHard = _random.NextDouble() < HardShare;
        var missed = misses >= HardShare ? misses : isHard ? misses / HardShare : 0;
        var found = 0;
        for (var i = 0; i < Neighbours; i++)
            found += _random.NextDouble() >= missed ? 1 : 0;
        return (double)found / Neighbours;
    }
}

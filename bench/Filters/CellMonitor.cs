using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Bench.Filters;

/// <summary>
/// Lets a monitor learn from traffic of one cell, as the server's does in the background: searches are offered until a
/// round of samples waits, then the round is measured and the effort follows. Queries that are measured later are not used.
/// </summary>
internal sealed class CellMonitor(FilterWorkload workload, CollectionView view, VectorQueries traffic)
{
    /// <summary>Samples measured in one pass over the rows; what the monitor lets wait for a single kind of traffic.</summary>
    private const int RoundSamples = 16;

    private const int EnoughQueries = 300;
    private const int SteadyRounds = 8;
    private const int MaxRounds = 80;

    /// <summary>How often all cells take turns, and how long a turn is.</summary>
    private const int Turns = 8;

    private const int RoundsOfTurn = 2;

    /// <summary>Searches after which no further sample is waited for.</summary>
    private const int MaxOffers = 20_000;

    /// <returns>What the monitor says of the cell's band; null when nothing was approximate and so nothing had to be measured.</returns>
    public BandRecall? Learn(FilterCell cell, RecallMonitor monitor, int rounds = MaxRounds)
    {
        SearchOptions[] options = [.. Enumerable.Range(0, traffic.Count).Select(query => new SearchOptions { TopK = SearchPass.Top, Filter = workload.Choice(cell, traffic.First + query)?.Filter() })];
        var selectivity = (double)cell.Matches((int)view.Count) / view.Count;
        var (next, steady, effort) = (0, 0, double.NaN);
        for (var round = 0; round < rounds && !(steady >= SteadyRounds && Evidence(monitor, selectivity)?.Queries >= EnoughQueries); round++)
        {
            for (var offers = 0; offers < MaxOffers && monitor.Waiting < RoundSamples; offers++, next = (next + 1) % traffic.Count)
                monitor.Offer(traffic[next], options[next], selectivity);
            if (monitor.Measure(view, CancellationToken.None) == 0)
                return null;
            var now = monitor.EffortFor(selectivity);
            (steady, effort) = (now == effort ? steady + 1 : 0, now);
        }

        return Evidence(monitor, selectivity);
    }

    /// <summary>Lets it learn from all cells, a few rounds of each in turn.</summary>
    public void LearnAll(RecallMonitor monitor)
    {
        foreach (var turn in Enumerable.Range(0, Turns))
        {
            Console.WriteLine($"traffic of all cells, {turn + 1} of {Turns}");
            foreach (var cell in FilterCell.All)
                Learn(cell, monitor, RoundsOfTurn);
        }
    }

    /// <summary>What the monitor says of the cell's band.</summary>
    public BandRecall? Evidence(FilterCell cell, RecallMonitor monitor) => Evidence(monitor, (double)cell.Matches((int)view.Count) / view.Count);

    private static BandRecall? Evidence(RecallMonitor monitor, double selectivity)
    {
        var band = SelectivityBand.Names[SelectivityBand.Of(selectivity)];
        return monitor.Report().FirstOrDefault(report => report.Selectivity == band);
    }
}

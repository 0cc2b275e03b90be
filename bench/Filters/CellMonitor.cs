using ClipOrleans.Bench.Vectors;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Bench.Filters;

/// <summary>
/// Lets a monitor learn from traffic, as the server's does in the background: searches are offered until a round of samples
/// waits, then the round is measured and the effort follows. Queries that are measured later are not used.
/// </summary>
internal sealed class CellMonitor(FilterWorkload workload, CollectionView view, VectorQueries traffic)
{
    /// <summary>Samples measured in one pass over the rows; what the monitor lets wait for a single kind of traffic.</summary>
    private const int RoundSamples = 16;

    /// <summary>The traffic of one cell ends when so much is known and the effort has not moved for so long, or after so many rounds.</summary>
    private const int EnoughQueries = 300;
    private const int SteadyRounds = 8;
    private const int MaxRounds = 80;

    /// <summary>The traffic of all cells in turn: five bands have to learn.</summary>
    private const int MixedRounds = 250;

    /// <summary>Searches after which no further sample is waited for.</summary>
    private const int MaxOffers = 20_000;

    /// <returns>What the monitor says of the cell's band; null when nothing was approximate and so nothing had to be measured.</returns>
    public BandRecall? Learn(FilterCell cell, RecallMonitor monitor)
    {
        SearchOptions[] options = [.. Enumerable.Range(0, traffic.Count).Select(query => OptionsOf(cell, query))];
        var (next, steady, effort) = (0, 0, double.NaN);
        for (var round = 0; round < MaxRounds && !(steady >= SteadyRounds && Evidence(cell, monitor)?.Queries >= EnoughQueries); round++)
        {
            for (var offers = 0; offers < MaxOffers && monitor.Waiting < RoundSamples; offers++, next = (next + 1) % traffic.Count)
                monitor.Offer(traffic[next], options[next], SelectivityOf(cell));
            if (monitor.Measure(view, CancellationToken.None) == 0)
                return null;
            var now = monitor.EffortFor(SelectivityOf(cell));
            (steady, effort) = (now == effort ? steady + 1 : 0, now);
        }

        return Evidence(cell, monitor);
    }

    /// <summary>Traffic of all cells, a search of each in turn.</summary>
    public void LearnAll(RecallMonitor monitor)
    {
        Console.WriteLine("learning from the traffic of all cells");
        var cells = FilterCell.All;
        SearchOptions[][] options = [.. cells.Select(cell => Enumerable.Range(0, traffic.Count).Select(query => OptionsOf(cell, query)).ToArray())];
        var next = 0;
        for (var round = 0; round < MixedRounds; round++)
        {
            for (var offers = 0; offers < MaxOffers && monitor.Waiting < RoundSamples; offers++, next++)
            {
                // The query moves on by one more with each turn of the cells, so that each cell meets every query.
                var query = (next + (next / cells.Count)) % traffic.Count;
                monitor.Offer(traffic[query], options[next % cells.Count][query], SelectivityOf(cells[next % cells.Count]));
            }

            monitor.Measure(view, CancellationToken.None);
        }
    }

    /// <summary>What the monitor says of the cell's band.</summary>
    public BandRecall? Evidence(FilterCell cell, RecallMonitor monitor)
    {
        var band = SelectivityBand.Names[SelectivityBand.Of(SelectivityOf(cell))];
        return monitor.Report().FirstOrDefault(report => report.Selectivity == band);
    }

    private double SelectivityOf(FilterCell cell) => (double)cell.Matches((int)view.Count) / view.Count;

    private SearchOptions OptionsOf(FilterCell cell, int query) =>
        new() { TopK = SearchPass.Top, Filter = workload.Choice(cell, traffic.First + query)?.Filter() };
}

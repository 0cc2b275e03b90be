using System.Diagnostics;
using System.Globalization;
using ClipOrleans.Vectors;
using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Bench.Vectors;

/// <summary>All queries once: what was found and what it cost. Ids are numbers of rows; they are read after the clock has stopped.</summary>
internal sealed record SearchPass(SearchOutcome[] Outcomes, double Seconds, double CpuSeconds)
{
    public const int Top = 10;

    /// <summary>Queries a second by the clock.</summary>
    public double Qps => Outcomes.Length / Seconds;

    /// <summary>Processor time of a query.</summary>
    public double CpuMicros => 1e6 * CpuSeconds / Outcomes.Length;

    public double ScanMicros => Outcomes.Average(outcome => outcome.Cost.ScanMicroseconds);

    public double FilterMicros => Outcomes.Average(outcome => outcome.Cost.FilterMicroseconds);

    public static SearchPass Run(CollectionView view, VectorQueries queries, int threads, Func<int, SearchOptions> options)
    {
        var outcomes = new SearchOutcome[queries.Count];
        var (wall, cpu) = (Stopwatch.GetTimestamp(), ProcessorTime.Seconds());
        WorkThreads.ForEach(outcomes.Length, threads, query =>
            outcomes[query] = view.Search(queries[query], options(query)));
        return new SearchPass(outcomes, Stopwatch.GetElapsedTime(wall).TotalSeconds, ProcessorTime.Seconds() - cpu);
    }

    /// <summary>Share of the true best that were found, over all queries.</summary>
    public double Recall(Func<int, ReadOnlyMemory<int>> truth)
    {
        var (found, wanted) = (0, 0);
        foreach (var (query, outcome) in Outcomes.Index())
        {
            var best = truth(query).Span;
            wanted += best.Length;
            foreach (var hit in outcome.Hits)
                found += best.Contains(int.Parse(hit.Id, CultureInfo.InvariantCulture)) ? 1 : 0;
        }

        return found / (double)wanted;
    }
}

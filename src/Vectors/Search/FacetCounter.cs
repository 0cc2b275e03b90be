using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Search;

/// <summary>Counts the values of fields over a set of matches, exactly, and keeps the most frequent.</summary>
internal static class FacetCounter
{
    public static IReadOnlyList<FacetCounts> Count(FilterView filters, DocumentSet matches, IReadOnlyList<string> fields, int limit)
    {
        var counts = new FacetCounts[fields.Count];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = MostFrequent(fields[i], filters.FieldToCount(fields[i], out var type).CountValues(type, matches), limit);
        return counts;
    }

    public static FacetCounts MostFrequent(string field, IEnumerable<(string Value, long Count)> values, int limit)
    {
        // The worst of those kept is on top, ready to make room.
        var kept = new PriorityQueue<FacetCount, FacetCount>(WorstFirst.Instance);
        var other = 0L;
        foreach (var (value, count) in values)
        {
            if (count == 0)
                continue;
            if (kept.Count == limit && (limit == 0 || count < kept.Peek().Count))
            {
                other += count;
                continue;
            }

            var candidate = new FacetCount(value, count);
            if (kept.Count < limit)
                kept.Enqueue(candidate, candidate);
            else
                other += kept.EnqueueDequeue(candidate, candidate).Count;
        }

        var best = new FacetCount[kept.Count];
        for (var i = best.Length - 1; i >= 0; i--)
            best[i] = kept.Dequeue();
        return new FacetCounts(field, best, other);
    }

    private sealed class WorstFirst : IComparer<FacetCount>
    {
        public static WorstFirst Instance { get; } = new();

        public int Compare(FacetCount? x, FacetCount? y)
        {
            var byCount = x!.Count.CompareTo(y!.Count);
            return byCount != 0 ? byCount : string.CompareOrdinal(y.Value, x.Value);
        }
    }
}

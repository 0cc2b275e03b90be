namespace ClipOrleans.Vectors.Search;

/// <summary>Joins the facets of several shards.</summary>
public static class FacetMerge
{
    /// <summary>
    /// Joins the counts that several shards gave for the same fields, in the same order. Exact when each shard gave all
    /// its values (no other count).
    /// </summary>
    public static IReadOnlyList<FacetCounts> Merge(IReadOnlyList<IReadOnlyList<FacetCounts>> shards, int limit)
    {
        ArgumentNullException.ThrowIfNull(shards);
        if (shards.Count == 0)
            return [];
        var merged = new List<FacetCounts>(shards[0].Count);
        for (var facet = 0; facet < shards[0].Count; facet++)
        {
            var sums = new Dictionary<string, long>(StringComparer.Ordinal);
            var other = 0L;
            foreach (var shard in shards)
            {
                other += shard[facet].OtherCount;
                foreach (var (value, count) in shard[facet].Values)
                    sums[value] = sums.GetValueOrDefault(value) + count;
            }

            var kept = FacetCounter.MostFrequent(shards[0][facet].Field, sums.Select(pair => (pair.Key, pair.Value)), limit);
            merged.Add(kept with { OtherCount = kept.OtherCount + other });
        }

        return merged;
    }
}

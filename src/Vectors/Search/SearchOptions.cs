using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Search;

/// <summary>What is asked of one collection.</summary>
public sealed record SearchOptions
{
    /// <summary>Most hits that one search can ask for (topK + offset).</summary>
    public const int MaxTopK = 10_000;

    /// <summary>Hits wanted: 0 to <see cref="MaxTopK"/>. 0 asks for count and facets only.</summary>
    public int TopK { get; init; } = 10;

    /// <summary>Hits score at least this; the count of matches does not depend on it.</summary>
    public float? MinScore { get; init; }

    /// <summary>Null matches everything.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Demand the true top-K rather than an approximation.</summary>
    public bool Exact { get; init; }

    /// <summary>A document that is no hit, though it counts as a match: the one that "more like this" starts from.</summary>
    public string? ExcludeId { get; init; }

    /// <summary>Declared fields whose values are counted over all matches. Geo fields cannot be counted.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>Values returned a field; the rest is summed as "other". <see cref="int.MaxValue"/> returns all, which an exact merge of shards needs.</summary>
    public int FacetLimit { get; init; } = 100;

    /// <summary>
    /// How thoroughly an approximate search looks: one more about halves what it misses. Null: as much as keeps the promised
    /// recall. For measurements.
    /// </summary>
    public double? EffortLevel { get; init; }
}

using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Grains.Configuration;

/// <summary>The threads that search. Bound from <c>Search:*</c>.</summary>
public sealed class SearchSettings
{
    public const string Section = "Search";

    /// <summary>Threads that search shards, of all indexes together. 0: one a processor core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Shard searches that may wait for a thread. One more is refused at once with 503 and Retry-After.</summary>
    [Range(1, 100_000)]
    public int Queue { get; set; } = 1_024;
}

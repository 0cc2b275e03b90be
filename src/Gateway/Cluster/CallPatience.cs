namespace ClipOrleans.Gateway.Cluster;

/// <summary>How long a call is repeated, and why it is.</summary>
/// <param name="Longest">From the first attempt on.</param>
/// <param name="Loading">A shard that says that it needs longer than this to be opened is not waited for: its caller is told.</param>
/// <param name="Doubt">
/// Without an answer for so long the call is made again beside the first one, after twice as long once more, and so on; whichever is answered
/// first counts: a call that was lost with a silo that died is never answered, nor is the next one that goes through it, and nobody tells the caller. Null: never, since being done twice at once would cost too much.
/// </param>
internal sealed record CallPatience(TimeSpan Longest, TimeSpan Loading, TimeSpan? Doubt)
{
    /// <summary>Noticing a dead silo and opening its shards takes less.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_shortLoading = TimeSpan.FromSeconds(2);

    /// <summary>Longer than all but a few calls take on a busy machine, shorter than the time until a dead silo's shards are open elsewhere.</summary>
    private static readonly TimeSpan s_doubt = TimeSpan.FromSeconds(3);

    /// <summary>For reads without a deadline of their own.</summary>
    public static CallPatience OfRead { get; } = new(s_longest, s_shortLoading, s_doubt);

    /// <summary>For writes with an id, which their shard does once however often it is asked: nobody is waiting for a part of them.</summary>
    public static CallPatience OfWrite { get; } = new(s_longest, s_longest, s_doubt);

    /// <summary>For work that may rightly take long.</summary>
    public static CallPatience OfLongWork { get; } = new(s_longest, s_shortLoading, null);

    /// <summary>For a part of a search, which has so much time.</summary>
    public static CallPatience OfSearch(int milliseconds) => OfRead with { Longest = TimeSpan.FromMilliseconds(milliseconds) };
}

namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Says which of a band's queries are sampled: many while little is known, 1 in <see cref="MostApart"/> later. Gaps are
/// irregular, so that no client that repeats a cycle of queries is always caught at the same one; they follow from the
/// seed and the count alone.
/// </summary>
internal sealed class SampleCounter(ulong seed)
{
    private const int MostApart = 64;

    /// <summary>Measured queries for which the gap grows by one.</summary>
    private const double QueriesPerGap = 8;

    private long _seen;
    private long _next = 1;

    /// <summary>Counts a query.</summary>
    /// <returns>True when one should be sampled; it stays true until <see cref="Plan"/> was called.</returns>
    public bool IsDue() => Interlocked.Increment(ref _seen) >= Volatile.Read(ref _next);

    /// <summary>Settles when the next one is due.</summary>
    /// <param name="measured">Queries that the band's recall rests on.</param>
    public void Plan(double measured)
    {
        var seen = Volatile.Read(ref _seen);
        var gap = (ulong)Math.Clamp(1 + (measured / QueriesPerGap), 1, MostApart);

        // From 1 to 2 × gap - 1: the gap on average.
        Volatile.Write(ref _next, seen + 1 + (long)(Mix(seed + (ulong)seen) % ((2 * gap) - 1)));
    }

    /// <summary>The finaliser of SplitMix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014.</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

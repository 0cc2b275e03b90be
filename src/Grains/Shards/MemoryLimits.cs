namespace ClipOrleans.Grains.Shards;

/// <summary>Where closing shards begins and where it ends.</summary>
/// <param name="Budget">Above this, shards go cold.</param>
internal readonly record struct MemoryLimits(long Budget)
{
    /// <summary>Down to this, so that the next opening does not have to close another shard at once.</summary>
    public long Low => Budget / 10 * 9;

    /// <summary>Above this also those that were used a moment ago, and openings wait.</summary>
    public long Danger => Budget / 4 * 5;

    /// <summary>
    /// A shard that takes more than three quarters of the budget widens it to itself and a third more: it cannot be made
    /// smaller, and closing all others again and again beside it would free next to nothing.
    /// </summary>
    /// <param name="budget">As it is set.</param>
    /// <param name="largest">Bytes of the largest open shard.</param>
    public static MemoryLimits For(long budget, long largest) => new(Math.Max(budget, largest + (largest / 3)));
}

namespace ClipOrleans.Grains.Shards;

/// <summary>An open shard, as it is now.</summary>
/// <param name="Shard">Which.</param>
/// <param name="Bytes">Of memory that it takes.</param>
/// <param name="Unused">Since its last call.</param>
/// <param name="IsInUse">A call is under way.</param>
internal readonly record struct HeldShard<T>(T Shard, long Bytes, TimeSpan Unused, bool IsInUse);

/// <summary>Which shards go cold: a function of what is open, and nothing else.</summary>
internal static class ColdChoice
{
    /// <summary>A shard that was used so lately is being used: a search comes back for the rows of its hits.</summary>
    public static readonly TimeSpan BeingUsed = TimeSpan.FromSeconds(1);

    /// <param name="open">All that are open and stay so as yet.</param>
    /// <param name="coming">Bytes of those that are being opened.</param>
    /// <param name="limits">Where it begins and ends.</param>
    /// <returns>Those that go cold, in the order in which they were used last; none while the budget is kept.</returns>
    public static IReadOnlyList<HeldShard<T>> Choose<T>(IReadOnlyCollection<HeldShard<T>> open, long coming, MemoryLimits limits)
    {
        var total = open.Sum(static shard => shard.Bytes) + coming;
        if (total <= limits.Budget)
            return [];
        var chosen = new List<HeldShard<T>>();
        foreach (var shard in open.Where(static shard => !shard.IsInUse && shard.Bytes > 0).OrderByDescending(static shard => shard.Unused))
        {
            var enough = shard.Unused >= BeingUsed ? limits.Low : limits.Danger;
            if (total <= enough)
                break;
            chosen.Add(shard);
            total -= shard.Bytes;
        }

        return chosen;
    }
}

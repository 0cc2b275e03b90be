using ClipOrleans.Grains.Shards;

namespace ClipOrleans.Grains.Tests.Shards;

// Danger: memory grows until the process dies; or shards are closed and opened again and again, or one under a search is closed.
// Invariants: above the budget the least recently used go, down to the low mark; what is in use stays; a shard larger than the budget stays too.
// Method: the choice is a function of sizes and times, so each case is a table.
public sealed class ColdChoiceTests
{
    private const long Budget = 100;

    private static readonly MemoryLimits s_limits = MemoryLimits.For(Budget, largest: 10);

    [Fact]
    public void Up_to_the_budget_nothing_goes() =>
        Assert.Empty(Choose([.. Enumerable.Range(0, 10).Select(number => Shard(number, 10, unused: 1_000))]));

    [Fact]
    public void Above_it_the_least_recently_used_go_down_to_the_low_mark() =>
        // 110 are taken; 90 are left when the two are gone that nobody has used for the longest time.
        Assert.Equal([10, 9], Choose([.. Enumerable.Range(0, 11).Select(number => Shard(number, 10, unused: 2 + number))]));

    [Fact]
    public void What_is_being_opened_counts() =>
        Assert.Equal([9, 8], Choose([.. Enumerable.Range(0, 10).Select(number => Shard(number, 10, unused: 2 + number))], coming: 10));

    [Fact]
    public void What_is_in_use_stays_however_much_there_is() =>
        Assert.Equal([0], Choose([Shard(0, 10, unused: 2), Shard(1, 500, unused: 1_000, inUse: true), Shard(2, 500, unused: 2_000, inUse: true)]));

    [Fact]
    public void What_was_used_a_moment_ago_goes_only_where_memory_is_well_above_the_budget()
    {
        // 120 is above the budget and below the danger; all of it was used within this second.
        Assert.Empty(Choose([.. Enumerable.Range(0, 12).Select(number => Shard(number, 10, unused: 0.01 * number))]));
        // 150 is above it: the oldest go until 125 are not exceeded.
        Assert.Equal([14, 13, 12], Choose([.. Enumerable.Range(0, 15).Select(number => Shard(number, 10, unused: 0.01 * number))]));
    }

    [Fact]
    public void A_shard_larger_than_the_budget_serves_and_small_ones_beside_it()
    {
        var limits = MemoryLimits.For(Budget, largest: 300);
        Assert.Empty(Choose([Shard(0, 300, unused: 60), Shard(1, 40, unused: 50), Shard(2, 40, unused: 40)], limits: limits));
        // Two of them take turns: the one that is not used goes.
        Assert.Equal([0], Choose([Shard(0, 300, unused: 60), Shard(1, 300, unused: 5)], limits: limits));
    }

    [Fact]
    public void The_next_openings_close_nothing_until_the_budget_is_reached_again()
    {
        var (open, closings) = (new List<HeldShard<int>>(), 0);
        for (var opened = 0; opened < 1_000; opened++)
        {
            open = [.. open.Select(shard => shard with { Unused = shard.Unused + TimeSpan.FromSeconds(5) })];
            var cold = ColdChoice.Choose(open, coming: 1, s_limits);
            if (cold.Count > 0)
                closings++;
            open.RemoveAll(shard => cold.Contains(shard));
            open.Add(Shard(opened, 1, unused: 0));
            Assert.InRange(open.Count, 0, Budget);
        }

        // The first hundred fit; from then on each closing makes room for ten more, and the one it was made for.
        Assert.Equal(1 + ((999 - 100) / 11), closings);
    }

    private static HeldShard<int> Shard(int number, long bytes, double unused, bool inUse = false) => new(number, bytes, TimeSpan.FromSeconds(unused), inUse);

    private static IEnumerable<int> Choose(HeldShard<int>[] open, long coming = 0, MemoryLimits? limits = null) =>
        ColdChoice.Choose(open, coming, limits ?? s_limits).Select(static shard => shard.Shard);
}

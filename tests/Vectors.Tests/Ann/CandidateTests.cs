using ClipOrleans.Vectors.Ann;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: a pool or heap that loses a good row, keeps a bad one or hands one out twice: recall falls and nobody sees why.
// Invariant: the pool holds the best of what was offered, best first, ties to the lower row; the heap gives all, best first.
// Method: any sequence of offers against a sorted list. Few different scores, so that ties are common.
public sealed class CandidateTests
{
    private static readonly Gen<(int[] Scores, int Capacity)> Offers =
        Gen.Select(Gen.OneOf(Gen.Int[-3, 3], Gen.Int).Array[0, 200], Gen.Int[1, 40]);

    [Fact]
    public void The_pool_keeps_the_best_in_order() => Offers.Sample(
        offers =>
        {
            var pool = new CandidatePool();
            pool.Reset(offers.Capacity);
            for (var row = 0; row < offers.Scores.Length; row++)
                pool.Offer(offers.Scores[row], row);
            var expected = Sorted(offers.Scores).Take(offers.Capacity).ToArray();
            Assert.Equal(expected, Enumerable.Range(0, pool.Count).Select(i => (pool.ScoreAt(i), pool.RowAt(i))).ToArray());
        },
        iter: 500);

    [Fact]
    public void Taking_and_offering_by_turns_hands_out_each_kept_row_once_and_always_the_best() => Offers.Sample(
        offers =>
        {
            var pool = new CandidatePool();
            pool.Reset(offers.Capacity);
            var taken = new HashSet<int>();
            for (var row = 0; row < offers.Scores.Length; row++)
            {
                pool.Offer(offers.Scores[row], row);
                if (row % 3 == 0 && pool.TryTakeBest(out var best))
                    AssertBestOpen(pool, taken, best);
            }

            while (pool.TryTakeBest(out var best))
                AssertBestOpen(pool, taken, best);
            Assert.All(Enumerable.Range(0, pool.Count), i => Assert.Contains(pool.RowAt(i), taken));
        },
        iter: 500);

    [Fact]
    public void Keeping_fewer_or_more_goes_on_with_the_best()
    {
        var pool = new CandidatePool();
        pool.Reset(4);
        foreach (var row in Enumerable.Range(0, 10))
            pool.Offer(row, row);
        pool.KeepBest(2);
        Assert.Equal([9, 8], Enumerable.Range(0, pool.Count).Select(pool.RowAt));
        pool.KeepBest(600);
        foreach (var row in Enumerable.Range(10, 600))
            pool.Offer(row, row);
        Assert.Equal(Enumerable.Range(10, 600).Reverse(), Enumerable.Range(0, pool.Count).Select(pool.RowAt));
    }

    [Fact]
    public void The_heap_gives_everything_best_first() => Offers.Sample(
        offers =>
        {
            var heap = new CandidateHeap();
            for (var row = 0; row < offers.Scores.Length; row++)
                heap.Push(offers.Scores[row], row);
            var given = new List<(int, int)>();
            while (heap.TryPop(out var score, out var row))
                given.Add((score, row));
            Assert.Equal(Sorted(offers.Scores), given);
        },
        iter: 500);

    [Fact]
    public void Pivots_stay_between_what_is_wanted_and_twice_that_and_are_spread_evenly()
    {
        var pivots = new PivotTable();
        for (var row = 0; row < 200_000; row++)
        {
            pivots.Add(row);
            if (row % 997 == 0)
                Assert.InRange(pivots.Rows.Length, Math.Min(row + 1, PivotTable.Wanted(row + 1) / 2), (2 * PivotTable.Wanted(row + 1)) + 1);
        }

        Assert.Equal(Enumerable.Range(0, pivots.Rows.Length).Select(i => i * pivots.Step), pivots.Rows.ToArray());
    }

    private static void AssertBestOpen(CandidatePool pool, HashSet<int> taken, int best)
    {
        Assert.True(taken.Add(best), $"row {best} was handed out twice");
        Assert.Equal(best, Enumerable.Range(0, pool.Count).Select(pool.RowAt).First(row => row == best || !taken.Contains(row)));
    }

    private static (int Score, int Row)[] Sorted(int[] scores) =>
        [.. scores.Select((score, row) => (score, row)).OrderByDescending(offer => offer.score).ThenBy(offer => offer.row)];
}

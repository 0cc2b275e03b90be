using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Rows;

// Danger: runs that pile up until a look-up visits thousands, or that carry the dead for ever.
// Invariant: each run is more than twice the next; nothing is lost; a merge leaves the dead behind.
public sealed class RunStackTests
{
    [Fact]
    public void Runs_shrink_geometrically_and_lose_nothing() =>
        Gen.Int[0, 40].Array[0, 200].Sample(lengths =>
        {
            var stack = new RunStack<int[]>(static run => run.Length, static (first, second) => [.. first, .. second]);
            var next = 0;
            foreach (var length in lengths)
            {
                stack.Push([.. Enumerable.Range(next, length)]);
                next += length;
            }

            Assert.Equal(Enumerable.Range(0, next), stack.ToArray().SelectMany(run => run));
            Assert.All(stack.Runs.Zip(stack.Runs.Skip(1)), pair => Assert.True(pair.First.Length > 2 * pair.Second.Length));
        });

    [Fact]
    public void Merged_id_runs_leave_the_dead_behind()
    {
        var ids = new Column<string>();
        var dead = new Tombstones();
        var order = new IdOrder(ids, dead);
        for (var row = 0; row < 10_000; row++)
        {
            ids.Append($"id{row % 10}");
            order.Append(row);
            if (row >= 10)
                dead.Add(row - 10);
            order.Flush();
        }

        Assert.InRange(order.Flush().Sum(run => run.Length), 10, 40);
    }

    [Fact]
    public void Merged_value_runs_leave_the_dead_behind_and_keep_their_order()
    {
        var dead = new Tombstones();
        dead.Add(3);
        dead.Add(4);
        var merged = ValueRun.Merge(new([1, 5, 5], [0, 3, 6], [0.5, 3.5, 6.5]), new([0, 5, 9], [1, 2, 4], [1.5, 2.5, 4.5]), dead);
        Assert.Equal([0, 1, 5, 5], merged.Keys);
        Assert.Equal([1, 0, 2, 6], merged.Rows);
        Assert.Equal([1.5, 0.5, 2.5, 6.5], Assert.IsType<double[]>(merged.Longitudes));
    }
}

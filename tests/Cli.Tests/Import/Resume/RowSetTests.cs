using ClipOrleans.Cli.Import.Resume;
using CsCheck;

namespace ClipOrleans.Cli.Tests.Import.Resume;

// Danger: a row that is wrongly thought done is lost for good.
// Invariant: the set holds exactly the rows that were added, as disjoint ascending ranges that do not touch.
// Method: random additions beside an ordinary set.
public sealed class RowSetTests
{
    [Fact]
    public void Holds_exactly_what_was_added_in_the_fewest_ranges() => Gen.Long[1, 60].List[0, 80].Sample(rows =>
    {
        var set = new RowSet();
        var model = new HashSet<long>();
        foreach (var row in rows)
        {
            set.Add(row);
            model.Add(row);
            Assert.Equal(model.Count, set.Count);
        }
        for (var row = 0L; row <= 61; row++)
            Assert.Equal(model.Contains(row), set.Contains(row));
        Assert.All(set.Ranges.Zip(set.Ranges.Skip(1)), pair => Assert.True(pair.First.To + 1 < pair.Second.From, "ranges touch"));
        Assert.Equal(set.Ranges, new RowSet(set.Ranges).Ranges);
    });

    [Fact]
    public void Ranges_out_of_order_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RowSet([new RowRange(5, 6), new RowRange(7, 8)]));
        Assert.Throws<ArgumentException>(() => new RowSet([new RowRange(5, 4)]));
        Assert.Throws<ArgumentException>(() => new RowSet([new RowRange(0, 4)]));
    }
}

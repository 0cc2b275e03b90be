using ClipOrleans.Vectors.Filters;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: a row at the end of a range lost or added, or a row of the set before it taken away.
// Invariant: the union of a range of positions is the same as row by row, whatever the set held.
// Method: runs of shuffled rows, lengths around the least and around whole words and parts, random ranges and those at bounds of parts.
public sealed class RowPrefixesTests
{
    public static TheoryData<int, int> Runs => new() { { 16_384, 0 }, { 16_385, 63 }, { 20_011, 1_000_003 }, { 40_000, 64 } };

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_range_has_the_rows_at_its_positions(int length, int firstRow)
    {
        var random = new Random(length);
        var rows = Enumerable.Range(firstRow, length * 2).Where(row => (row & 1) == 0).Take(length).ToArray();
        random.Shuffle(rows);
        var prefixes = RowPrefixes.Of(rows);
        Assert.NotNull(prefixes);
        var room = (rows.Max() / 64) + 1;
        int[] ends = [0, 1, length / 32, (length / 32) + 1, length / 2, length - 1, length];
        var ranges = ends.SelectMany(start => ends.Where(end => end >= start).Select(end => (start, end)))
            .Concat(Enumerable.Range(0, 50).Select(_ => random.Next(length)).Select(start => (start, random.Next(start, length + 1))));
        foreach (var (start, end) in ranges)
        {
            var before = new ulong[room];
            for (var i = 0; i < 50; i++)
                before[random.Next(room)] |= 1UL << random.Next(64);
            var (expected, actual) = ((ulong[])before.Clone(), (ulong[])before.Clone());
            foreach (var row in rows[start..end])
                expected[row / 64] |= 1UL << (row % 64);
            prefixes.UnionInto(rows, start, end, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Short_and_thin_runs_have_none()
    {
        Assert.Null(RowPrefixes.Of([]));
        Assert.Null(RowPrefixes.Of([.. Enumerable.Range(0, RowPrefixes.LeastLength - 1)]));
        Assert.Null(RowPrefixes.Of([.. Enumerable.Range(0, RowPrefixes.LeastLength).Select(static i => i * 8)]));
        Assert.NotNull(RowPrefixes.Of([.. Enumerable.Range(0, RowPrefixes.LeastLength)]));
    }
}

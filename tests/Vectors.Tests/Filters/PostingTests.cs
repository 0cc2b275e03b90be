using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: the turn from list to bitmap, the ends of chunks, and rows that an older view must not see.
// Invariant: a posting is the set of rows appended to it, cut at any row count.
public sealed class PostingTests
{
    private static readonly Gen<int[]> Rows =
        Gen.Select(Gen.Int[0, 9000], Gen.Int[1, 400].SelectMany(gap => Gen.Int[1, gap].Array[0, 700]), (start, gaps) =>
        {
            var row = start;
            return (int[])[.. gaps.Select(gap => row += gap)];
        });

    [Fact]
    public void A_posting_is_the_set_of_its_rows_cut_at_the_row_count() =>
        Gen.Select(Rows, Gen.Int[0, 60_000], Gen.Int[0, 1000]).Sample(
            (rows, rowCount, seed) =>
            {
                var posting = Filled(rows);
                var visible = rows.Where(row => row < rowCount).ToList();
                using var set = DocumentSet.None(rowCount);
                posting.UnionInto(set);
                Assert.Equal(visible, Members(set));
                Assert.Equal(visible.Count, set.Count());

                var random = new Random(seed);
                using var other = DocumentSet.None(rowCount);
                for (var i = 0; i < rowCount / 3; i++)
                    other.Add(random.Next(rowCount));
                Assert.Equal(visible.Count(other.Contains), posting.CountIn(other));
            },
            iter: 300);

    [Fact]
    public void Renumbering_keeps_the_living_in_order() =>
        Gen.Select(Rows, Gen.Int[2, 5]).Sample(
            (rows, modulus) =>
            {
                var total = rows.Length == 0 ? 0 : rows[^1] + 1;
                var next = 0;
                int[] newRows = [.. Enumerable.Range(0, total).Select(row => row % modulus == 0 ? -1 : next++)];
                using var set = DocumentSet.None(total);
                Filled(rows).Renumbered(newRows).UnionInto(set);
                Assert.Equal(rows.Where(row => row % modulus != 0).Select(row => newRows[row]), Members(set));
            },
            iter: 100);

    [Fact]
    public void A_dense_posting_takes_a_bit_a_row_and_a_sparse_one_no_more_than_a_list()
    {
        Assert.InRange(Filled([.. Enumerable.Range(0, 1_000_000)]).Bytes, 125_000, 140_000);
        Assert.InRange(Filled([.. Enumerable.Range(0, 1000).Select(i => i * 1000)]).Bytes, 4000, 4200);
        Assert.InRange(Filled([5]).Bytes, 1, 40);
    }

    private static Posting Filled(int[] rows)
    {
        var posting = new Posting("v");
        foreach (var row in rows)
            posting.Append(row);
        return posting;
    }

    private static List<int> Members(DocumentSet set) => [.. Enumerable.Range(0, set.RowCount).Where(set.Contains)];
}

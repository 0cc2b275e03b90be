using ClipOrleans.Vectors.Filters;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.Filters;

// Danger: bits beyond the row count, which a complement turns on and a count counts; pooled words that were not cleared.
// Invariant: set algebra of rows, exact at every row count.
public sealed class DocumentSetTests
{
    private static readonly Gen<int> RowCounts = Gen.OneOf(Gen.OneOf(0, 1, 63, 64, 65, 4095, 4096, 4097), Gen.Int[0, 10_000]);

    [Fact]
    public void Algebra_is_that_of_sets() =>
        Gen.Select(RowCounts, Gen.Int[0, 1000]).Sample((rowCount, seed) =>
        {
            var random = new Random(seed);
            var (a, modelA) = Filled(rowCount, random);
            var (b, modelB) = Filled(rowCount, random);
            var all = Enumerable.Range(0, rowCount).ToHashSet();
            using (a)
            using (b)
            {
                b.Complement();
                AssertSame([.. all.Except(modelB)], b);
                a.UnionWith(b);
                AssertSame([.. modelA.Union(all.Except(modelB))], a);
                a.Complement();
                a.Complement();
                b.Complement();
                a.IntersectWith(b);
                AssertSame([.. modelA.Intersect(modelB)], a);
            }

            using var everything = DocumentSet.All(rowCount);
            AssertSame(all, everything);
            everything.Complement();
            AssertSame([], everything);
        });

    [Fact]
    public void A_set_given_back_is_not_read_again()
    {
        var set = DocumentSet.All(100);
        set.Dispose();
        set.Dispose();
        Assert.Throws<ObjectDisposedException>(() => set.Count());
    }

    private static (DocumentSet Set, HashSet<int> Model) Filled(int rowCount, Random random)
    {
        var set = DocumentSet.None(rowCount);
        var model = new HashSet<int>();
        for (var i = 0; i < rowCount / 2; i++)
        {
            var row = random.Next(rowCount);
            set.Add(row);
            model.Add(row);
            if (i % 5 == 0)
            {
                set.Remove(row);
                model.Remove(row);
            }
        }

        return (set, model);
    }

    private static void AssertSame(HashSet<int> expected, DocumentSet actual)
    {
        Assert.Equal(expected.Count, actual.Count());
        for (var row = 0; row < actual.RowCount; row++)
            Assert.Equal(expected.Contains(row), actual.Contains(row));
    }
}

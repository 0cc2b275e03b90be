using ClipOrleans.Vectors.Ann;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: garbage for each search; rows that do not compete; a search that nobody can stop; fewer hits than there are.
// Invariant: a search allocates nothing once its thread has searched; finalists are different competing rows of the view,
// enough for the hits wanted when there are as many; with effort enough they hold the true best.
// Method: each kind of index, with and without a filter, on more rows than the view knows.
public sealed class ListSearchTests
{
    private const int Rows = 8_000;

    /// <summary>Rows that the view knows; the index has more.</summary>
    private const int Known = 7_500;

    private static readonly Gallery Images = new(48, Rows, queries: 12, seed: 33);
    private static readonly Gallery Wide = new(1_100, 600, queries: 2, seed: 34);
    private static readonly ListIndex Int8 = Images.Index(Rows, withComponents: true);
    private static readonly ListIndex Binary = Images.Index(Rows, withComponents: false);
    private static readonly float[] Int8Sizes = Gallery.SizesBelow(Int8, Known);
    private static readonly float[] BinarySizes = Gallery.SizesBelow(Binary, Known);

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_search_allocates_nothing(bool withComponents, bool isFiltered)
    {
        using var competing = Competing(isFiltered ? 3 : 1);
        AssertNoGarbage(() => new ListSearch(withComponents ? Int8 : Binary, withComponents ? Int8Sizes : BinarySizes, competing, isFiltered, Images.Queries[0], 10, Effort(2), CancellationToken.None).Run(out _).Length);
    }

    [Fact]
    public void A_search_of_matches_allocates_nothing()
    {
        using var competing = Competing(50);
        var matches = (int)competing.Count();
        AssertNoGarbage(() => new ListSearch(Int8, Int8Sizes, competing, true, Images.Queries[0], 10, Effort(2), CancellationToken.None).RunMatches(matches, out _).Length);
    }

    [Fact]
    public void A_search_of_the_widest_vectors_allocates_nothing()
    {
        var index = Wide.Index(600, withComponents: true);
        using var competing = DocumentSet.All(600);
        AssertNoGarbage(() => new ListSearch(index, index.PublishSizes(), competing, false, Wide.Queries[0], 10, Effort(2), CancellationToken.None).Run(out _).Length);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 40)]
    [InlineData(true, 3_000)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 40)]
    [InlineData(false, 3_000)]
    public void Finalists_are_different_competing_rows_and_enough(bool withComponents, int each)
    {
        var index = withComponents ? Int8 : Binary;
        using var competing = Competing(each);
        var matches = (int)competing.Count();
        foreach (var query in Images.Queries)
        {
            foreach (var topK in (int[])[1, 10, 300, 10_000])
            {
                var effort = SearchEffort.Of(1, topK, Known, withComponents);
                var finalists = new ListSearch(index, withComponents ? Int8Sizes : BinarySizes, competing, each > 1, query, topK, effort, CancellationToken.None).Run(out var cost).ToArray();
                AssertCompeting(finalists);
                if (withComponents)
                    AssertCompeting(new ListSearch(index, withComponents ? Int8Sizes : BinarySizes, competing, true, query, topK, effort, CancellationToken.None).RunMatches(matches, out _).ToArray());
                Assert.InRange(cost.Lists, 1, index.Model.Lists.Count);
                Assert.InRange(cost.Rows, cost.Candidates, Known);

                void AssertCompeting(int[] rows)
                {
                    Assert.Equal(rows.Length, rows.Distinct().Count());
                    Assert.All(rows, row => Assert.True(row < Known && row % each == 0, $"row {row}"));
                    Assert.InRange(rows.Length, Math.Min(topK, matches), matches);
                }
            }
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 30)]
    [InlineData(false, 1)]
    [InlineData(false, 30)]
    public void With_effort_enough_the_true_best_are_found(bool withComponents, int each)
    {
        using var competing = Competing(each);
        foreach (var query in Images.Queries)
        {
            var effort = SearchEffort.Of(40, 10, Known, withComponents);
            Assert.InRange(effort.Candidates, 1, Known);
            var finalists = new ListSearch(withComponents ? Int8 : Binary, withComponents ? Int8Sizes : BinarySizes, competing, each > 1, query, 10, effort, CancellationToken.None).Run(out _).ToArray();
            var best = Enumerable.Range(0, Known).Where(row => row % each == 0).OrderByDescending(row => VectorMath.Dot(query, Images.Vectors[row])).Take(10);
            Assert.Subset(finalists.ToHashSet(), best.ToHashSet());
        }
    }

    [Fact]
    public void More_effort_reads_more_and_less_reads_less()
    {
        using var competing = Competing(1);
        var rows = new List<long>();
        foreach (var level in (double[])[-3, 0, 3, 6, 12])
        {
            var sum = 0L;
            foreach (var query in Images.Queries)
            {
                _ = new ListSearch(Int8, Int8Sizes, competing, false, query, 10, Effort(level), CancellationToken.None).Run(out var cost);
                sum += cost.Rows;
            }

            rows.Add(sum);
        }

        Assert.Equal(rows.Order(), rows);
        Assert.True(rows[0] * 3 < rows[^1], string.Join(' ', rows));
    }

    [Fact]
    public void A_cancelled_search_stops()
    {
        using var competing = Competing(1);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
        {
            _ = new ListSearch(Int8, Int8Sizes, competing, false, Images.Queries[0], 10, Effort(2), stop.Token).Run(out _);
        });
    }

    private static SearchEffort Effort(double level) => SearchEffort.Of(level, 10, Known, hasComponents: true);

    private static DocumentSet Competing(int each)
    {
        var set = DocumentSet.None(Known);
        for (var row = 0; row < Known; row += each)
            set.Add(row);
        return set;
    }

    private static void AssertNoGarbage(Func<int> search)
    {
        // Once to compile and to make the thread's scratch, once to measure.
        Assert.InRange(search(), 10, 100_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        search();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors.Tests.Search;

// Danger: garbage for each row or hit, a scan that nobody can stop, a score that depends on the neighbours.
// Invariant: the loop allocates nothing; cancellation ends it; both scans score the same bits (I10).
public sealed class ExactScanTests
{
    private const int Dimensions = 24;
    private const int Rows = 30_000;

    private readonly float[] _query = Sample.Direction(-1, Dimensions);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_scan_allocates_nothing(bool matchesOnly)
    {
        var blocks = Blocks();
        var ids = Ids();
        using var competing = DocumentSet.All(Rows);
        using var heap = new TopKHeap(100, float.NegativeInfinity, ids.Blocks);
        // Once to compile, once to measure.
        Scan();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var scored = Scan();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Rows, scored);

        long Scan()
        {
            var rows = blocks.Rows;
            return matchesOnly
                ? ExactScan.Matches(rows, competing, _query, heap, CancellationToken.None)
                : ExactScan.All(rows, competing, _query, heap, CancellationToken.None);
        }
    }

    [Fact]
    public void I10_Both_scans_find_the_same_bits_whatever_competes()
    {
        var blocks = Blocks();
        var ids = Ids();
        var rows = blocks.Rows;
        foreach (var step in (int[])[1, 3, 64, 65, 1000, Rows])
        {
            using var competing = DocumentSet.None(Rows);
            for (var row = 0; row < Rows; row += step)
                competing.Add(row);
            using var first = new TopKHeap(50, float.NegativeInfinity, ids.Blocks);
            using var second = new TopKHeap(50, float.NegativeInfinity, ids.Blocks);
            ExactScan.All(rows, competing, _query, first, CancellationToken.None);
            var scored = ExactScan.Matches(rows, competing, _query, second, CancellationToken.None);
            Assert.Equal(competing.Count(), scored);
            var locators = new Column<long>();
            for (var row = 0; row < Rows; row++)
                locators.Append(row);
            Assert.Equal(first.Drain(locators.Blocks), second.Drain(locators.Blocks));
        }
    }

    [Fact]
    public void A_cancelled_scan_stops()
    {
        var collection = Sample.Collection(3000, Dimensions);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => collection.View.Search(_query, new SearchOptions(), source.Token));
        Assert.Equal(10, collection.View.Search(_query, new SearchOptions(), CancellationToken.None).Hits.Count);
    }

    private static VectorBlocks Blocks()
    {
        var blocks = new VectorBlocks(Dimensions, HeapVectorMemory.Instance);
        for (var row = 0; row < Rows; row++)
            blocks.Append(Sample.Direction(row % 997, Dimensions));
        return blocks;
    }

    private static Column<string> Ids()
    {
        var ids = new Column<string>();
        for (var row = 0; row < Rows; row++)
            ids.Append($"{row * 7919 % Rows}");
        return ids;
    }
}

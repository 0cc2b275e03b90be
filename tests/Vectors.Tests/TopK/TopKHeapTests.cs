using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.TopK;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.TopK;

// Danger: a tie, a full heap or a least score that drops the wrong hit.
// Invariant: I6: the heap holds what sorting all candidates by HitOrder and cutting would hold.
public sealed class TopKHeapTests
{
    [Fact]
    public void I6_The_heap_is_a_sort_that_forgets() =>
        Gen.Select(Gen.Int[-3, 3].Select(score => score / 4f).Array[0, 200], Gen.Int[0, 30], Gen.OneOf(float.NegativeInfinity, -0.5f, 0f, 0.75f, 2f))
            .Sample((scores, k, minScore) =>
            {
                var ids = new Column<string>();
                var locators = new Column<long>();
                for (var row = 0; row < scores.Length; row++)
                {
                    ids.Append(Id(row));
                    locators.Append(row * 10L);
                }

                using var heap = new TopKHeap(k, minScore, ids.Blocks);
                for (var row = 0; row < scores.Length; row++)
                    heap.Offer(scores[row], row);

                var expected = Enumerable.Range(0, scores.Length).Where(row => scores[row] >= minScore)
                    .OrderByDescending(row => scores[row]).ThenBy(Id, StringComparer.Ordinal).Take(k)
                    .Select(row => (row, Id(row), scores[row], row * 10L));
                Assert.Equal(expected, heap.Drain(locators.Blocks).Select(hit => (hit.Row, hit.Id, hit.Score, hit.Locator)));
            });

    [Fact]
    public void A_score_that_is_no_number_is_never_a_hit()
    {
        var ids = new Column<string>();
        ids.Append("a");
        var locators = new Column<long>();
        locators.Append(1);
        using var heap = new TopKHeap(3, float.NegativeInfinity, ids.Blocks);
        heap.Offer(float.NaN, 0);
        Assert.Empty(heap.Drain(locators.Blocks));
    }

    /// <summary>The order of ids has nothing to do with the order of rows.</summary>
    private static string Id(int row) => $"{(char)('a' + (row * 7 % 26))}{row}";
}

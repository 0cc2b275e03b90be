using ClipOrleans.Vectors.TopK;
using CsCheck;

namespace ClipOrleans.Vectors.Tests.TopK;

// Danger: shards that are merged by another rule than they sort by.
// Invariant: I10: merging sorted lists is sorting all items together.
public sealed class TopKMergeTests
{
    private static readonly Comparer<(float Score, string Id)> ByHitOrder =
        Comparer<(float Score, string Id)>.Create(static (a, b) => HitOrder.Compare(a.Score, a.Id, b.Score, b.Id));

    private static readonly Gen<(float Score, string Id)> Item =
        Gen.Select(Gen.OneOf(0.5f, 0.25f, 0f, -0f, -1f, 1f), Gen.OneOf("a", "A", "é", "e", "z", "", "\ud83d\ude00", "\uffee"), Gen.Int[0, 9], (score, prefix, n) => (score, $"{prefix}{n}"));

    [Fact]
    public void I10_Merging_is_sorting_all_together() =>
        Gen.Select(Item.Array[0, 20].Array[0, 9], Gen.Int[0, 60]).Sample((lists, k) =>
        {
            IReadOnlyList<(float, string)>[] sorted = [.. lists.Select(list => list.Order(ByHitOrder).ToList())];
            var merged = TopKMerge.Merge(sorted, k, static item => item);
            Assert.Equal(lists.SelectMany(list => list).Order(ByHitOrder).Take(k), merged);
        });

    [Fact]
    public void The_order_is_score_down_then_id_up_by_code_units()
    {
        Assert.True(HitOrder.Compare(0.9f, "b", 0.8f, "a") < 0);
        Assert.True(HitOrder.Compare(0.5f, "B", 0.5f, "a") < 0);
        // A surrogate comes before U+FFEE by code units, though not by code points.
        Assert.True(HitOrder.Compare(0.5f, "\ud83d\ude00", 0.5f, "\uffee") < 0);
        Assert.Equal(0, HitOrder.Compare(0f, "a", -0f, "a"));
    }

    [Fact]
    public void A_negative_k_is_a_bug_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TopKMerge.Merge<(float, string)>([], -1, static item => item));
}

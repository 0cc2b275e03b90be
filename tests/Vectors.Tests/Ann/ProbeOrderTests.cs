using ClipOrleans.Vectors.Ann;

namespace ClipOrleans.Vectors.Tests.Ann;

// Danger: an order that leaves a promising list to the end, or that reads one twice; an expectation that stops a search early.
// Invariant: each list comes once, by what it is expected to hold for each row read, to the step of a bucket; what all
// hold together is the sum of it; a list that was read, or holds no competitor, does not come.
// Method: random centres, sizes and competitors against a sort by the same formula in double arithmetic; numbers of lists
// around whole registers.
public sealed class ProbeOrderTests
{
    /// <summary>Eight buckets an octave.</summary>
    private const double BucketStep = 1.2;

    /// <summary>Expected rows for each row read below which a list need not come.</summary>
    private const double Negligible = 1.0 / 65_536;

    public static TheoryData<int> Counts => [1, 7, 8, 9, 64, 701];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Lists_come_by_what_they_are_expected_to_hold_for_a_row_read(int lists)
    {
        var random = new Random(lists);
        for (var round = 0; round < 20; round++)
        {
            var (order, spread, competing, sizes) = Draw(random, lists);
            const float deviation = 0.05f;
            var bar = (random.NextSingle() * 0.6f) - 0.2f;
            var next = order.Next(spread, competing, sizes, deviation, bar, float.PositiveInfinity, out var total).ToArray();
            Assert.Equal(next.Length, next.Distinct().Count());
            var expected = Enumerable.Range(0, lists).Select(list => competing[list] * Beyond((bar - order.Centres[list]) / (spread[list] * deviation))).ToArray();
            for (var list = 0; list < lists; list++)
                Assert.Equal(expected[list], order.Expected[list], Math.Max(1e-6, expected[list] * 1e-5));
            Assert.Equal(expected.Sum(), total, Math.Max(1e-4, expected.Sum() * 1e-4));
            var shares = next.Select(list => expected[list] / Math.Max(1, sizes[list])).ToArray();
            for (var i = 1; i < shares.Length; i++)
                Assert.True(shares[i] <= shares[i - 1] * BucketStep, $"{shares[i]} after {shares[i - 1]}");
            var left = Enumerable.Range(0, lists).Except(next);
            Assert.All(left, list => Assert.InRange(expected[list] / Math.Max(1, sizes[list]), 0, Negligible * BucketStep));
        }
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Before_anything_is_known_lists_come_by_their_reach(int lists)
    {
        var random = new Random(-lists);
        var (order, spread, competing, _) = Draw(random, lists);
        var first = order.First(spread, competing, 0.05f).ToArray();
        var coming = Enumerable.Range(0, lists).Where(list => competing[list] > 0).ToArray();
        Assert.Equal(coming, first.Order());
        var reaches = first.Select(list => order.Centres[list] + (2.5 * spread[list] * 0.05)).ToArray();
        var bucket = reaches.Length == 0 ? 0 : (reaches.Max() - reaches.Min()) / 130;
        for (var i = 1; i < reaches.Length; i++)
            Assert.True(reaches[i] <= reaches[i - 1] + bucket, $"{reaches[i]} after {reaches[i - 1]}");
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void No_more_lists_come_than_are_wanted(int lists)
    {
        var random = new Random(lists + 5);
        for (var round = 0; round < 20; round++)
        {
            var (order, spread, competing, sizes) = Draw(random, lists);
            var bar = (random.NextSingle() * 0.6f) - 0.2f;
            var all = order.Next(spread, competing, sizes, 0.05f, bar, float.PositiveInfinity, out var total).ToArray();
            var wanted = random.NextSingle() * sizes.Sum();
            var some = order.Next(spread, competing, sizes, 0.05f, bar, wanted, out var same).ToArray();
            Assert.Equal(total, same);
            Assert.Equal(all[..some.Length], some);
            Assert.True(some.Length == all.Length || some.Sum(list => sizes[list]) >= wanted);
        }
    }

    [Fact]
    public void A_list_that_was_read_does_not_come_again()
    {
        var random = new Random(3);
        var (order, spread, competing, sizes) = Draw(random, 40);
        var read = order.First(spread, competing, 0.05f)[..10].ToArray();
        foreach (var list in read)
            order.Centres[list] = float.NegativeInfinity;
        Assert.Empty(order.First(spread, competing, 0.05f).ToArray().Intersect(read));
        Assert.Empty(order.Next(spread, competing, sizes, 0.05f, -1, float.PositiveInfinity, out _).ToArray().Intersect(read));
        for (var list = 0; list < 40; list++)
            order.Centres[list] = float.NegativeInfinity;
        Assert.Equal(0, order.Next(spread, competing, sizes, 0.05f, -1, float.PositiveInfinity, out var total).Length);
        Assert.Equal((0f, 0), (total, order.First(spread, competing, 0.05f).Length));
    }

    [Fact]
    public void Lists_that_are_all_the_same_come_in_their_order()
    {
        var order = new ProbeOrder();
        order.Fit(20);
        order.Centres.AsSpan().Fill(0.3f);
        float[] ones = [.. Enumerable.Repeat(1f, 20)];
        Assert.Equal(Enumerable.Range(0, 20), order.First(ones, ones, 0.1f).ToArray());
        Assert.Equal(Enumerable.Range(0, 20), order.Next(ones, ones, ones, 0.1f, 0.3f, float.PositiveInfinity, out var total).ToArray());
        Assert.Equal(10, total, 1e-3f);
        // No spread at all: nothing above its centre.
        Assert.Equal(0, order.Next(ones, ones, ones, 1e-22f, 0.31f, float.PositiveInfinity, out total).Length);
        Assert.Equal(20, order.Next(ones, ones, ones, 1e-22f, 0.29f, float.PositiveInfinity, out total).Length);
    }

    private static (ProbeOrder Order, float[] Spread, float[] Competing, float[] Sizes) Draw(Random random, int lists)
    {
        var order = new ProbeOrder();
        order.Fit(lists);
        float[] sizes = [.. Enumerable.Range(0, lists).Select(_ => (float)random.Next(0, 500))];
        float[] competing = [.. sizes.Select(size => random.Next(4) == 0 ? 0 : MathF.Floor(size * random.NextSingle()))];
        float[] spread = [.. Enumerable.Range(0, lists).Select(_ => 0.5f + random.NextSingle())];
        for (var list = 0; list < lists; list++)
            order.Centres[list] = (random.NextSingle() * 0.4f) - 0.2f;
        return (order, spread, competing, sizes);
    }

    private static double Beyond(float deviations) => UpperTail.Beyond(System.Runtime.Intrinsics.Vector256.Create(deviations))[0];
}

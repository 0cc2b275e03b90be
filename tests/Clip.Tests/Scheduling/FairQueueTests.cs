using ClipOrleans.Clip.Scheduling;

namespace ClipOrleans.Clip.Tests.Scheduling;

// Danger: a tenant that floods makes all others wait behind its searches, or fills the queue so that they are refused.
// Invariant: between two items of one tenant that waits, every other tenant gets at most one; a newcomer has its share of places.
// Method: fill, then take in order; no threads but where waiting itself is tested.
public sealed class FairQueueTests
{
    [Fact]
    public void Tenants_take_turns_however_many_one_of_them_has_queued()
    {
        using var queue = new FairQueue<string>(100);
        for (var i = 0; i < 50; i++)
            Assert.True(queue.TryAdd("flood", $"f{i}"));
        Assert.True(queue.TryAdd("quiet", "q0"));
        Assert.True(queue.TryAdd("quiet", "q1"));
        Assert.Equal(["f0", "q0", "f1", "q1", "f2", "f3"], Take(queue, 6));
    }

    [Fact]
    public void A_tenant_alone_may_fill_the_queue_and_a_newcomer_still_finds_its_share()
    {
        using var queue = new FairQueue<int>(10);
        for (var i = 0; i < 10; i++)
            Assert.True(queue.TryAdd("flood", i));
        Assert.False(queue.TryAdd("flood", 10));
        for (var i = 0; i < 5; i++)
            Assert.True(queue.TryAdd("quiet", i));
        Assert.False(queue.TryAdd("quiet", 5));
        Assert.False(queue.TryAdd("flood", 11));
        Assert.Equal(15, queue.Count);
    }

    [Fact]
    public void Ten_thousand_tenants_do_not_make_the_queue_longer_than_a_few_times_its_size()
    {
        using var queue = new FairQueue<int>(100);
        for (var tenant = 0; tenant < 10_000; tenant++)
        {
            while (queue.TryAdd($"t{tenant}", 0) && tenant < 100)
            {
            }
        }

        // 100 · (1 + 1/2 + … + 1/100) for those that fill their share, and one for each of the others.
        Assert.InRange(queue.Count, 10_000, 10_000 + 600);
    }

    [Fact]
    public async Task A_closed_queue_gives_out_what_it_has_and_then_ends_every_taker()
    {
        using var queue = new FairQueue<int>(10);
        Assert.True(queue.TryAdd("a", 1));
        var takers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => queue.TryTake(out var item) ? item : -1)).ToArray();
        queue.Close();
        Assert.False(queue.TryAdd("a", 2));
        Assert.Equal([-1, -1, 1], (await Task.WhenAll(takers).WaitAsync(TimeSpan.FromSeconds(60))).Order());
    }

    private static List<string> Take(FairQueue<string> queue, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => queue.TryTake(out var item) ? item : "closed")];
}

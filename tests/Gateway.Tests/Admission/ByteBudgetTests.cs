using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: memory that is taken and never given back, or takers who overtake each other until one starves.
// Invariant: never more is out than there is; who waits is served in order, or told after its time.
// Method: each step driven by hand, with a clock that stands still until it is moved.
public sealed class ByteBudgetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Takers_are_served_in_order_when_bytes_come_back()
    {
        var budget = new ByteBudget(100, _clock);
        Assert.True(budget.TryTake(80));
        var large = budget.TakeAsync(50, Second, default);
        var small = budget.TakeAsync(10, Second, default);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted); // 10 would fit, but it came later
        Assert.False(budget.TryTake(1));
        budget.Give(80);
        Assert.True(await large);
        Assert.True(await small);
        Assert.Equal(40, budget.Free);
    }

    [Fact]
    public async Task A_taker_is_told_after_its_time_and_makes_way()
    {
        var budget = new ByteBudget(100, _clock);
        Assert.True(budget.TryTake(80));
        var large = budget.TakeAsync(50, Second, default);
        var small = budget.TakeAsync(10, 2 * Second, default);
        _clock.Advance(Second);
        Assert.False(await large);
        Assert.True(await small);
        Assert.Equal(10, budget.Free);
    }

    [Fact]
    public async Task More_than_there_is_is_refused_at_once() => Assert.False(await new ByteBudget(100, _clock).TakeAsync(101, Second, default));

    [Fact]
    public async Task A_caller_who_gives_up_takes_nothing()
    {
        var budget = new ByteBudget(100, _clock);
        Assert.True(budget.TryTake(100));
        using var cancel = new CancellationTokenSource();
        var waiting = budget.TakeAsync(10, Second, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        budget.Give(100);
        Assert.Equal(100, budget.Free);
    }
}

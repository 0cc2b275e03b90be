using ClipOrleans.Contracts.Tenants;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: a limit that is exceeded when many requests come at once, or several gateways; a question to the meter with each request.
// Invariant: all gateways together let through what the meter grants and no more; what is left is used; a flood asks seldom.
// Method: many takers at once before a meter that counts; a clock that is moved.
public sealed class AllowanceTests
{
    private readonly ManualClock _clock = new();
    private int _left;
    private int _asked;

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(1_000)]
    public async Task Two_gateways_together_let_through_what_there_is_and_no_more(int limit)
    {
        _left = limit;
        Allowance[] gateways = [Meter(limit), Meter(limit)];
        var views = await Task.WhenAll(Enumerable.Range(0, 2 * limit).Select(i => Task.Run(() => gateways[i % 2].TakeAsync().AsTask())));
        var allowed = views.Count(view => view.IsAllowed);
        // What one has taken and does not use is lost to the other: at most a hundredth.
        Assert.InRange(allowed, limit - (limit / 100), limit);
        Assert.All(views, view => Assert.Equal(limit, view.Limit));
        Assert.True(_asked < limit + 4, $"{_asked} questions");
    }

    [Fact]
    public async Task A_flood_asks_seldom_and_a_new_minute_begins_anew()
    {
        (_left, var gateway) = (2, Meter(2));
        for (var i = 0; i < 100; i++)
            Assert.Equal(i < 2, (await gateway.TakeAsync()).IsAllowed);
        Assert.InRange(_asked, 1, 4);
        Assert.Equal(new RateView(false, 2, 0, 60), await gateway.TakeAsync());
        _clock.Advance(TimeSpan.FromSeconds(60));
        _left = 2;
        Assert.Equal(new RateView(true, 2, 1, 60), await gateway.TakeAsync());
    }

    [Fact]
    public async Task Where_there_is_no_limit_nobody_is_asked_for_a_while()
    {
        var gateway = new Allowance(wanted => { _asked++; return Task.FromResult(new MeterGrant(null, wanted, 0, 0)); }, _clock);
        for (var i = 0; i < 100; i++)
            Assert.Equal(RateView.Unlimited, await gateway.TakeAsync());
        Assert.Equal(1, _asked);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(RateView.Unlimited, await gateway.TakeAsync());
        Assert.Equal(2, _asked);
    }

    private Allowance Meter(int limit) => new(
        wanted =>
        {
            Interlocked.Increment(ref _asked);
            lock (_clock)
            {
                var granted = Math.Min(_left, wanted);
                _left -= granted;
                return Task.FromResult(new MeterGrant(limit, granted, _left, 60));
            }
        },
        _clock);
}

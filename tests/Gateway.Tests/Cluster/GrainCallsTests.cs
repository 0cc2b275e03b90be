using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Cluster;

// Danger: a call that was lost with a silo, and the next one that went the same way, keep a request until its time is over.
// Invariant: what may be done twice is asked again beside, a few times, and the first answer counts.
// Method: calls that are answered when the test says so; a clock that the test moves.
public sealed class GrainCallsTests
{
    private readonly ManualClock _clock = new();
    private readonly HeldCalls _held = new();

    [Fact]
    public async Task A_call_is_made_again_beside_those_that_nobody_answers_each_time_after_twice_as_long()
    {
        var call = HeldCalls.On(_clock).RepeatAsync(_held.SendAsync, CallPatience.OfWrite, CancellationToken.None);
        await _held.NextAsync();
        for (var wait = CallPatience.OfWrite.Doubt!.Value; _held.Sent.Count < 4; wait *= 2)
        {
            await _clock.UntilTimerAsync(wait);
            _clock.Advance(wait - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, _held.Unseen);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await _held.NextAsync();
        }

        _held.Sent[^1].SetResult(4);
        Assert.Equal(4, (await call).Value);
    }

    [Fact]
    public async Task The_first_answer_counts_whichever_call_it_is_of()
    {
        var call = HeldCalls.On(_clock).RepeatAsync(_held.SendAsync, CallPatience.OfRead, CancellationToken.None);
        await _held.NextAsync();
        await _clock.UntilTimerAsync(CallPatience.OfRead.Doubt!.Value);
        _clock.Advance(CallPatience.OfRead.Doubt!.Value);
        await _held.NextAsync();
        _held.Sent[0].SetResult(1);
        Assert.Equal(1, (await call).Value);
    }

    [Fact]
    public async Task Work_that_may_take_long_is_not_done_twice()
    {
        var call = HeldCalls.On(_clock).RepeatAsync(_held.SendAsync, CallPatience.OfLongWork, CancellationToken.None);
        await _held.NextAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _held.Sent[0].SetResult(1);
        Assert.Equal(1, (await call).Value);
        Assert.Single(_held.Sent);
    }
}

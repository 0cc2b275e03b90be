using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Tests.Cluster;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Ingest;

// Danger: a write that its caller was told has failed is done afterwards, and undoes what the caller wrote since.
// Invariant: I1: a failure is told only when nothing of what was sent can be done any more; one that was done after all is told as done.
// Method: a shard that answers when the test says so; a clock that the test moves.
public sealed class WriteAttemptsTests
{
    private static readonly TimeSpan s_counts = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_begun = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_settling = s_counts + s_begun;
    private static readonly Error s_refusal = Error.Of(Slugs.StorageUnavailable, "The disk is away.");

    private readonly ManualClock _clock = new();
    private readonly HeldCalls _held = new();
    private readonly List<DateTimeOffset> _notAfter = [];

    [Fact]
    public async Task A_failure_is_told_at_once_where_everything_was_answered()
    {
        var write = Write();
        await _held.NextAsync();
        _held.Sent[0].SetResult(s_refusal);
        Assert.Equal(Slugs.StorageUnavailable, (await write).Error?.Slug);
        Assert.Equal(_clock.GetUtcNow() + s_counts, _notAfter[0]);
    }

    [Fact]
    public async Task A_failure_waits_for_a_sending_that_was_not_answered_until_it_cannot_be_done_any_more()
    {
        var write = await WriteInDoubtAsync();
        _held.Sent[1].SetResult(s_refusal);
        await _clock.UntilTimerAsync(s_settling);
        _clock.Advance(_notAfter[1] - _clock.GetUtcNow());
        Assert.False(write.IsCompleted, "told while the first sending might still be done");
        _clock.Advance(s_begun);
        Assert.Equal(Slugs.StorageUnavailable, (await write).Error?.Slug);
    }

    [Fact]
    public async Task A_sending_that_was_done_after_all_is_told_as_done()
    {
        var write = await WriteInDoubtAsync();
        _held.Sent[1].SetException(new InvalidOperationException("The second is lost."));
        await _clock.UntilTimerAsync(s_settling);
        Assert.False(write.IsCompleted);
        _held.Sent[0].SetResult(7);
        Assert.Equal(7, (await write).Value);
    }

    [Fact]
    public async Task What_was_thrown_is_thrown_when_nothing_was_done()
    {
        var write = Write();
        await _held.NextAsync();
        _held.Sent[0].SetException(new InvalidOperationException("It is lost."));
        Assert.Equal("It is lost.", (await Assert.ThrowsAsync<InvalidOperationException>(() => write)).Message);
    }

    /// <summary>Sent twice, the second time since the first was not answered.</summary>
    private async Task<Task<Result<int>>> WriteInDoubtAsync()
    {
        var write = Write();
        await _held.NextAsync();
        await _clock.UntilTimerAsync(CallPatience.OfWrite.Doubt!.Value);
        _clock.Advance(CallPatience.OfWrite.Doubt!.Value);
        await _held.NextAsync();
        await _clock.UntilTimerAsync(CallPatience.OfWrite.Doubt!.Value * 2);
        Assert.Equal(TimeSpan.FromSeconds(3), _notAfter[1] - _notAfter[0]);
        return write;
    }

    private Task<Result<int>> Write() => new WriteAttempts<int>(SendAsync, _clock).RepeatAsync(HeldCalls.On(_clock), CallPatience.OfWrite);

    private Task<Result<int>> SendAsync(DateTimeOffset notAfter)
    {
        _notAfter.Add(notAfter);
        return _held.SendAsync();
    }
}

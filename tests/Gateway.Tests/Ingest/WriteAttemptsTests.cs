using System.Diagnostics.Metrics;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

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
    private readonly List<(TaskCompletionSource<Result<int>> Answer, DateTimeOffset NotAfter)> _sent = [];
    private readonly SemaphoreSlim _sending = new(0);

    [Fact]
    public async Task A_failure_is_told_at_once_where_everything_was_answered()
    {
        var write = Write();
        await _sending.WaitAsync();
        _sent[0].Answer.SetResult(s_refusal);
        Assert.Equal(Slugs.StorageUnavailable, (await write).Error?.Slug);
        Assert.Equal(_clock.GetUtcNow() + s_counts, _sent[0].NotAfter);
    }

    [Fact]
    public async Task A_failure_waits_for_a_sending_that_was_not_answered_until_it_cannot_be_done_any_more()
    {
        var write = await WriteInDoubtAsync();
        _sent[1].Answer.SetResult(s_refusal);
        await _clock.UntilTimerAsync(s_settling);
        _clock.Advance(_sent[1].NotAfter - _clock.GetUtcNow());
        Assert.False(write.IsCompleted, "told while the first sending might still be done");
        _clock.Advance(s_begun);
        Assert.Equal(Slugs.StorageUnavailable, (await write).Error?.Slug);
    }

    [Fact]
    public async Task A_sending_that_was_done_after_all_is_told_as_done()
    {
        var write = await WriteInDoubtAsync();
        _sent[1].Answer.SetException(new InvalidOperationException("The second is lost."));
        await _clock.UntilTimerAsync(s_settling);
        Assert.False(write.IsCompleted);
        _sent[0].Answer.SetResult(7);
        Assert.Equal(7, (await write).Value);
    }

    [Fact]
    public async Task What_was_thrown_is_thrown_when_nothing_was_done()
    {
        var write = Write();
        await _sending.WaitAsync();
        _sent[0].Answer.SetException(new InvalidOperationException("It is lost."));
        Assert.Equal("It is lost.", (await Assert.ThrowsAsync<InvalidOperationException>(() => write)).Message);
    }

    /// <summary>Sent twice, the second time since the first was not answered.</summary>
    private async Task<Task<Result<int>>> WriteInDoubtAsync()
    {
        var write = Write();
        await _sending.WaitAsync();
        await _clock.UntilTimerAsync(CallPatience.OfWrite.Doubt!.Value);
        _clock.Advance(CallPatience.OfWrite.Doubt!.Value);
        await _sending.WaitAsync();
        await _clock.UntilTimerAsync(CallPatience.OfWrite.Doubt!.Value * 2);
        Assert.Equal(TimeSpan.FromSeconds(3), _sent[1].NotAfter - _sent[0].NotAfter);
        return write;
    }

    private Task<Result<int>> Write()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var calls = new GrainCalls(_clock, new GatewayInstruments(meters), NullLogger<GrainCalls>.Instance);
        return new WriteAttempts<int>(SendAsync, _clock).RepeatAsync(calls, CallPatience.OfWrite);
    }

    private Task<Result<int>> SendAsync(DateTimeOffset notAfter)
    {
        var answer = new TaskCompletionSource<Result<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _sent.Add((answer, notAfter));
        _sending.Release();
        return answer.Task;
    }
}

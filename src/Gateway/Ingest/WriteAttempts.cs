using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;

namespace ClipOrleans.Gateway.Ingest;

/// <summary>
/// All sendings of one write to one shard. Each counts for a bounded time by the clock: a silo that was stopped passes on what
/// stood in its sockets when it goes on, a minute late, and must not undo what was written since. And a failure is told only when
/// nothing of what was sent can be done any more, so that the caller's next request comes behind it.
/// </summary>
/// <param name="send">Sends it; done only if it is begun by the given time.</param>
/// <param name="clock">The time of day, which the clocks of all machines agree upon but for a second or two.</param>
internal sealed class WriteAttempts<T>(Func<DateTimeOffset, Task<Result<T>>> send, TimeProvider clock)
{
    /// <summary>From its sending until a shard must have begun it. A shard that is loading, or a busy machine, may take its time.</summary>
    private static readonly TimeSpan s_counts = TimeSpan.FromSeconds(15);

    /// <summary>What was begun in time ends within this: an owner that stands still for longer than a death takes to be noticed is fenced.</summary>
    private static readonly TimeSpan s_begun = TimeSpan.FromSeconds(5);

    private readonly List<Task<Result<T>>> _sent = [];
    private DateTimeOffset _notAfter;

    /// <returns>The answer of the first sending that stands, or of one that was done although another failed.</returns>
    public async Task<Result<T>> RepeatAsync(GrainCalls calls, CallPatience patience)
    {
        try
        {
            var answer = await calls.RepeatAsync(SendAsync, patience, CancellationToken.None);
            return answer.IsSuccess ? answer : await SettleAsync() ?? answer;
        }
        catch (Exception) when (_sent.Count > 0)
        {
            if (await SettleAsync() is { } done)
                return done;
            throw;
        }
    }

    private Task<Result<T>> SendAsync()
    {
        _notAfter = clock.GetUtcNow() + s_counts;
        var answer = send(_notAfter);
        _sent.Add(answer);
        return answer;
    }

    /// <summary>Waits until all that was sent is answered, or can't be done any more.</summary>
    /// <returns>The answer of one that was done; null if none was.</returns>
    private async Task<Result<T>?> SettleAsync()
    {
        var left = _notAfter + s_begun - clock.GetUtcNow();
        using var over = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
        try
        {
            await foreach (var answer in Task.WhenEach(_sent).WithCancellation(over.Token))
            {
                if (answer.IsCompletedSuccessfully && await answer is { IsSuccess: true } done)
                    return done;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return null;
        }

        return null;
    }
}

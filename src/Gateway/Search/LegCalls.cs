using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Errors;

namespace ClipOrleans.Gateway.Search;

/// <summary>One call for one leg: repeated while a shard moves, never longer than the search has time, and an error when it fails.</summary>
internal sealed partial class LegCalls(GrainCalls calls, TimeProvider clock, ILogger<LegCalls> logger)
{
    public Task<Result<T>> AskAsync<T>(Deadline deadline, Func<CancellationToken, Task<Result<T>>> ask) =>
        AskOnceAsync(deadline, cancel => calls.RepeatAsync(() => ask(cancel), CallPatience.OfSearch(deadline.RemainingMilliseconds), cancel));

    /// <summary>For a call that has another way when it fails.</summary>
    public async Task<Result<T>> AskOnceAsync<T>(Deadline deadline, Func<CancellationToken, Task<Result<T>>> ask)
    {
        try
        {
            return await ask(deadline.Token).WaitAsync(TimeSpan.FromMilliseconds(deadline.RemainingMilliseconds), clock, deadline.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            deadline.ThrowIfCallerIsGone();
            return Error.Of(Slugs.Timeout, "The shard did not answer in time.");
        }
        catch (Exception exception)
        {
            if (GrainCalls.WillPass(exception))
                LogNotReached(exception.Message);
            else
                LogFailed(exception);
            return ThrownErrors.ToError(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A shard failed to answer")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "A shard was not reached in the time of the search: {Problem}")]
    private partial void LogNotReached(string problem);
}

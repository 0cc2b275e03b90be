using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Telemetry;
using Orleans.Runtime.Messaging;

namespace ClipOrleans.Gateway.Cluster;

/// <summary>
/// Repeats calls to grains whose silo dies, leaves or hands them over: a moment later another silo has them. Only for
/// calls that may be made twice: reads, and writes that carry an id. Orleans itself never sends a call again.
/// </summary>
internal sealed partial class GrainCalls(TimeProvider clock, GatewayInstruments instruments, ILogger<GrainCalls> logger)
{
    private const double FirstPauseMilliseconds = 25;
    private const double LongestPauseMilliseconds = 400;

    /// <returns>The first answer that stands, or the last one before the patience was over.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async Task<Result<T>> RepeatAsync<T>(Func<Task<Result<T>>> call, CallPatience patience, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        for (var pause = FirstPauseMilliseconds; ; pause = Math.Min(LongestPauseMilliseconds, pause * 2))
        {
            try
            {
                var answer = await AskAsync(call, patience.Doubt, cancel);
                if (answer.IsSuccess || !WillPass(answer.Error, patience) || IsOver(start, pause, patience))
                    return answer;
                LogRefused(answer.Error.Slug, answer.Error.Detail);
            }
            catch (Exception fault) when (WillPass(fault) && !IsOver(start, pause, patience))
            {
                LogFailed(fault.Message);
            }

            instruments.Repeated();
            await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, cancel);
        }
    }

    /// <summary>As the other, for calls that answer without a result.</summary>
    public async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancel = default) =>
        (await RepeatAsync(async () => Result<T>.Ok(await call()), CallPatience.OfRead, cancel)).Value;

    /// <summary>The silo is away at the moment, not at fault, or nobody does this part of the work for a moment.</summary>
    public static bool WillPass(Exception fault) =>
        fault is SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException || AbsentPart.IsToldBy(fault);

    private async Task<Result<T>> AskAsync<T>(Func<Task<Result<T>>> call, TimeSpan? doubt, CancellationToken cancel)
    {
        var sent = new List<Task<Result<T>>> { call() };
        for (var wait = doubt; wait is { } time && !await IsDoneAsync(Task.WhenAny(sent), time, cancel); wait = time * 2)
        {
            LogDoubted(time.TotalSeconds);
            instruments.Repeated();
            sent.Add(call());
        }

        return await await Task.WhenAny(sent);
    }

    private async Task<bool> IsDoneAsync(Task call, TimeSpan time, CancellationToken cancel)
    {
        await call.WaitAsync(time, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return call.IsCompleted || cancel.IsCancellationRequested;
    }

    private bool IsOver(long start, double pause, CallPatience patience) =>
        clock.GetElapsedTime(start) + TimeSpan.FromMilliseconds(pause) >= patience.Longest;

    private static bool WillPass(Error error, CallPatience patience) => error switch
    {
        { Slug: Slugs.ShardMoving } => true,
        { Slug: Slugs.Loading, RetryAfterSeconds: { } seconds } => seconds <= patience.Loading.TotalSeconds,
        _ => false,
    };

    [LoggerMessage(1, LogLevel.Debug, "A grain answered {Slug}: {Detail} It is asked again")]
    private partial void LogRefused(string slug, string detail);

    [LoggerMessage(2, LogLevel.Information, "A grain is not reached: {Problem} It is asked again")]
    private partial void LogFailed(string problem);

    [LoggerMessage(3, LogLevel.Information, "A grain has not answered for {Seconds} s: it is asked once more")]
    private partial void LogDoubted(double seconds);
}

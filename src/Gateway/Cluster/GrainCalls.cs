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
    /// <summary>How long a call without a deadline of its own is repeated: noticing a dead silo and opening its shards takes less.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const double FirstPauseMilliseconds = 25;
    private const double LongestPauseMilliseconds = 400;

    /// <summary>A shard that says that it needs longer to be opened is not waited for: its caller is told.</summary>
    private const int ShortLoadingSeconds = 2;

    /// <returns>The first answer that stands, or the last one before <paramref name="patience"/> was over.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public async Task<Result<T>> RepeatAsync<T>(Func<Task<Result<T>>> call, TimeSpan patience, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        for (var pause = FirstPauseMilliseconds; ; pause = Math.Min(LongestPauseMilliseconds, pause * 2))
        {
            try
            {
                var answer = await call();
                if (answer.IsSuccess || !WillPass(answer.Error) || IsOver(start, pause, patience))
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
        (await RepeatAsync(async () => Result<T>.Ok(await call()), Patience, cancel)).Value;

    private bool IsOver(long start, double pause, TimeSpan patience) =>
        clock.GetElapsedTime(start) + TimeSpan.FromMilliseconds(pause) >= patience;

    private static bool WillPass(Error error) => error switch
    {
        { Slug: Slugs.ShardMoving } => true,
        { Slug: Slugs.Loading, RetryAfterSeconds: <= ShortLoadingSeconds } => true,
        _ => false,
    };

    private static bool WillPass(Exception fault) =>
        fault is SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException;

    [LoggerMessage(1, LogLevel.Debug, "A grain answered {Slug}: {Detail} It is asked again")]
    private partial void LogRefused(string slug, string detail);

    [LoggerMessage(2, LogLevel.Information, "A grain is not reached: {Problem} It is asked again")]
    private partial void LogFailed(string problem);
}

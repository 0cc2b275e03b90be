using System.Net;
using System.Net.Http.Headers;

namespace ClipOrleans.Client.Http;

/// <summary>Whether and when a call is tried again. Bounded by time, since a busy server tells how long it needs.</summary>
internal sealed class RetryPolicy(ClipOrleansClientOptions options)
{
    // Spreads the tries of many clients that lost the same server; seeded by process, so that one run is repeatable.
    private readonly Random _jitter = new(Environment.ProcessId);
    private readonly Lock _gate = new();

    public static bool IsRetryable(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    /// <summary>The wait before the next try, or null when the time for tries would be over by then.</summary>
    /// <param name="triesDone">Tries made so far, at least 1.</param>
    /// <param name="firstFailedAt">Timestamp of the clock when the first try had failed.</param>
    /// <param name="retryAfter">What the server asked for, if it did.</param>
    public TimeSpan? NextDelay(int triesDone, long firstFailedAt, TimeSpan? retryAfter)
    {
        var delay = retryAfter ?? BackOff(triesDone);
        return options.Clock.GetElapsedTime(firstFailedAt) + delay <= options.RetryFor ? delay : null;
    }

    public TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        if (headers.RetryAfter is not { } asked)
            return null;
        if (asked.Delta is { } delta)
            return delta;
        var wait = asked.Date - options.Clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private TimeSpan BackOff(int triesDone)
    {
        var doubled = options.FirstRetryDelay * Math.Pow(2, Math.Min(triesDone - 1, 30));
        var capped = doubled < options.LongestRetryDelay ? doubled : options.LongestRetryDelay;
        lock (_gate)
            return capped * (0.75 + _jitter.NextDouble() / 4);
    }
}

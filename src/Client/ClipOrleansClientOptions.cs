using System.Text;

namespace ClipOrleans.Client;

/// <summary>How a client finds its server and how long it tries.</summary>
public sealed record ClipOrleansClientOptions
{
    /// <summary>Where the server listens. Default <c>http://127.0.0.1:8080</c>. A path is kept as a prefix.</summary>
    public Uri BaseAddress { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>API key, sent as a bearer token. Not needed by a server with open auth (the default on loopback).</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// For how long a call is tried again after 429, 503 (both honour Retry-After) or a lost connection; the first try is not
    /// counted. Default 10 seconds; zero means one try. After a lost connection only calls that may run twice are repeated.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before the first retry; it doubles with each one. Default 100 milliseconds.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries unless the server asks for more. Default 5 seconds.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one try may take until its answer is complete. Default 100 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The clock of delays and time limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Without the key: what a program prints ends up in logs.</summary>
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"{nameof(BaseAddress)} = {BaseAddress}, {nameof(ApiKey)} = {(ApiKey is null ? "none" : "***")}, {nameof(RetryFor)} = {RetryFor}, {nameof(Timeout)} = {Timeout}");
        return true;
    }
}

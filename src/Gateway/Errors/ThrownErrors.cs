using ClipOrleans.Contracts.Errors;
using Orleans.Runtime.Messaging;

namespace ClipOrleans.Gateway.Errors;

/// <summary>What the exceptions of Kestrel and Orleans mean to a caller. Everything else is a bug: <c>internal</c>.</summary>
internal static class ThrownErrors
{
    private const int TooLarge = 413;

    /// <summary>Somebody has to make room first.</summary>
    private const int ComeBackSeconds = 5;

    public static Error ToError(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: TooLarge } => Error.Of(Slugs.BodyTooLarge, "The request body is larger than this path takes."),
        BadHttpRequestException bad => Error.Of(Slugs.MalformedRequest, $"The request cannot be read: {bad.Message}"),
        TimeoutException => Error.Of(Slugs.Timeout, "A part of the system did not answer in time. What was asked may or may not have been done; it is safe to repeat."),
        GatewayTooBusyException or LimitExceededException => Error.Of(Slugs.Overloaded, "The system has too much to do: try again in a moment."),
        SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException =>
            Error.Of(Slugs.Overloaded, "A part of the system is not reachable at the moment. What was asked may or may not have been done; it is safe to repeat."),
        CatalogUnavailableException => Error.RetryLater(
            Slugs.StorageUnavailable, "The catalog cannot be read or written at the moment: its disk is full or fails. Searches go on; it is safe to repeat.", ComeBackSeconds),
        _ => Error.Of(Slugs.Internal, "The request could not be answered. The server's log has the reason under this traceId."),
    };
}

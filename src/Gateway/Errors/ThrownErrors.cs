using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Cluster;
using Orleans.Runtime.Messaging;

namespace ClipOrleans.Gateway.Errors;

/// <summary>What the exceptions of Kestrel and Orleans mean to a caller. Everything else is a bug: <c>internal</c>.</summary>
internal static class ThrownErrors
{
    private const int TooLarge = 413;

    /// <summary>Somebody has to make room first.</summary>
    private const int ComeBackSeconds = 5;

    /// <summary>A process has to start.</summary>
    private const int SoonSeconds = 1;

    public static Error ToError(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: TooLarge } => Error.Of(Slugs.BodyTooLarge, "The request body is larger than this path takes."),
        BadHttpRequestException bad => Error.Of(Slugs.MalformedRequest, $"The request cannot be read: {bad.Message}"),
        TimeoutException => Error.Of(Slugs.Timeout, "A part of the system did not answer in time. What was asked may or may not have been done; it is safe to repeat."),
        GatewayTooBusyException or LimitExceededException => Error.Of(Slugs.Overloaded, "The system has too much to do: try again in a moment."),
        _ when AbsentPart.IsToldBy(exception) => Error.RetryLater(
            Slugs.Overloaded, "No process of the cluster does this part of the work at the moment: try again in a moment.", SoonSeconds),
        SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException =>
            Error.Of(Slugs.Overloaded, "A part of the system is not reachable at the moment. What was asked may or may not have been done; it is safe to repeat."),
        CatalogUnavailableException => Error.RetryLater(
            Slugs.StorageUnavailable, "The catalog cannot be read or written at the moment: its disk is full or fails, or its store is away. Searches go on; it is safe to repeat.", ComeBackSeconds),
        _ => Error.Of(Slugs.Internal, "The request could not be answered. The server's log has the reason under this traceId."),
    };
}

namespace ClipOrleans.Gateway.Errors;

internal sealed partial class ErrorBoundary
{
    [LoggerMessage(1, LogLevel.Error, "Unhandled exception on {Method}, request {RequestId}")]
    private partial void LogUnhandled(Exception exception, string method, string requestId);

    [LoggerMessage(2, LogLevel.Information, "{Method} answered with {Slug}")]
    private partial void LogRefused(Exception exception, string method, string slug);

    [LoggerMessage(3, LogLevel.Debug, "The caller of {Method} went away before the answer")]
    private partial void LogGone(string method);
}

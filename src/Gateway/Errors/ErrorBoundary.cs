using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Errors;

/// <summary>
/// Outermost step: whatever is thrown below it becomes a problem, and nothing of the inside is told. A caller that has
/// gone away is no error.
/// </summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, ILogger<ErrorBoundary> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            LogGone(http.Request.Method);
        }
        catch (Exception exception)
        {
            var error = ThrownErrors.ToError(exception);
            if (error.Slug == Slugs.Internal)
                LogUnhandled(exception, http.Request.Method, http.TraceIdentifier);
            else
                LogRefused(exception, http.Request.Method, error.Slug);
            if (http.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                http.Abort();
                return;
            }

            http.Response.Clear();
            await ProblemResult.WriteAsync(http, error);
        }
    }
}

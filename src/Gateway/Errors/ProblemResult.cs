using System.Globalization;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Errors;

/// <summary>Answers a request with an error; the status and the rest come from <see cref="ErrorTable"/>.</summary>
internal sealed class ProblemResult(Error error) : IResult
{
    public Error Error { get; } = error;

    public static implicit operator ProblemResult(Error error) => new(error);

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, Error);

    public static async Task WriteAsync(HttpContext http, Error error)
    {
        var row = ErrorTable.Of(error.Slug);
        var response = http.Response;
        response.StatusCode = row.Status;
        response.ContentType = Problem.MediaType;
        response.Headers.CacheControl = "no-store";
        if ((error.RetryAfterSeconds ?? row.RetryAfterSeconds) is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (error.Slug == Slugs.Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        var body = JsonSerializer.SerializeToUtf8Bytes(Problem.Of(error, Problem.TraceOf(http)), GatewayJson.Relaxed.Problem);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(body, http.RequestAborted);
    }
}

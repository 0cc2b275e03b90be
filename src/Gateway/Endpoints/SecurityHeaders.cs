namespace ClipOrleans.Gateway.Endpoints;

/// <summary>
/// Tells browsers what this server never wants of them: to guess types, to be framed, to load anything from elsewhere.
/// First of all steps, so that every answer has them, errors too.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>The documentation page brings its styles and its script inline.</summary>
    private const string Policy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        return next(http);
    }
}

namespace ClipOrleans.Gateway.Browsers;

/// <summary>
/// Tells browsers what this server never wants of them: to guess types, to be framed, to load or run anything out of an
/// answer. First of all steps, and written when an answer starts, so that every answer has them, also one that replaces another.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Answers of the API and pictures of strangers: data, out of which nothing is loaded and in which nothing runs.</summary>
    private const string DataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>The two pages bring their styles and scripts inline, and ask this server alone.</summary>
    private const string PagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(Write, http);
        return next(http);
    }

    private static Task Write(object context)
    {
        var http = (HttpContext)context;
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = IsPage(http.Request.Path) ? PagePolicy : DataPolicy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-site";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";

        // A cache between here and the caller knows what Authorization means, and nothing of x-api-key: it would give one tenant's answer to another.
        if (headers.CacheControl.Count == 0 && IsData(http.Request.Path))
            headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    private static bool IsPage(PathString path) => path.Value is "/" or "" || path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase);

    private static bool IsData(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase);
}

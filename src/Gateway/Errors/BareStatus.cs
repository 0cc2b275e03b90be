using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Errors;

/// <summary>
/// Gives a body to what routing answers with a bare status. It stands around the endpoints, because only there is it
/// known that nobody wrote one.
/// </summary>
internal sealed class BareStatus(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (http.Response.HasStarted || http.Response.ContentType is not null)
            return;
        if (Explain(http) is { } error)
            await ProblemResult.WriteAsync(http, error);
    }

    private static Error? Explain(HttpContext http)
    {
        foreach (var slug in (string[])[Slugs.RouteNotFound, Slugs.MethodNotAllowed, Slugs.UnsupportedMediaType])
        {
            if (ErrorTable.Of(slug).Status == http.Response.StatusCode)
                return Error.Of(slug, Detail(slug, http));
        }

        return null;
    }

    private static string Detail(string slug, HttpContext http) => slug switch
    {
        Slugs.MethodNotAllowed => $"This path takes {http.Response.Headers.Allow}, not {Shorten(http.Request.Method)}.",
        Slugs.UnsupportedMediaType => "The Content-Type is none that this path takes; /docs lists them.",
        _ => "Nothing is served at this path. /docs lists what is.",
    };

    private static string Shorten(string method) => method.Length <= 16 ? method : method[..16];
}

using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Json;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>The query parameters that an endpoint knows.</summary>
internal sealed record KnownQuery(IReadOnlyList<string> Names);

/// <summary>
/// Refuses query parameters that the endpoint does not know, or that come twice: what is misspelt must not be ignored. It
/// stands after routing, which says what is known.
/// </summary>
internal sealed class QueryNames(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.QueryString.HasValue && http.GetEndpoint()?.Metadata.GetMetadata<KnownQuery>() is { } known && Check(http.Request.Query, known) is { } error)
            return ProblemResult.WriteAsync(http, error);
        return next(http);
    }

    private static Error? Check(IQueryCollection query, KnownQuery known)
    {
        var faults = new Faults();
        foreach (var (name, values) in query)
        {
            if (!known.Names.Contains(name, StringComparer.Ordinal))
            {
                var names = known.Names.Count == 0 ? "This path takes none." : $"Known are {string.Join(", ", known.Names)}.";
                faults.Add(Slugs.UnknownMember, Pointer.Child("", name), $"There is no query parameter of this name. {names}");
            }
            else if (values.Count > 1)
            {
                faults.Malformed(Pointer.Child("", name), "The query parameter is given more than once.");
            }
        }

        return faults.Any ? faults.ToError() : null;
    }
}

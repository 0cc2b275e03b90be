using System.Diagnostics;
using ClipOrleans.Contracts.Errors;

namespace ClipOrleans.Gateway.Errors;

/// <summary>An error as RFC 9457 <c>application/problem+json</c>.</summary>
internal sealed record Problem
{
    public const string TypePrefix = "urn:cliporleans:error:";
    public const string MediaType = "application/problem+json";

    /// <summary>The kind of error: <c>urn:cliporleans:error:&lt;slug&gt;</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of error in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was wrong this time and what would be right.</summary>
    public required string Detail { get; init; }

    /// <summary>JSON pointer into the request → what is wrong there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The trace under which the server logged the request.</summary>
    public string? TraceId { get; init; }

    public static Problem Of(Error error, string? traceId = null)
    {
        var row = ErrorTable.Of(error.Slug);
        return new Problem
        {
            Type = TypePrefix + error.Slug,
            Title = row.Title,
            Status = row.Status,
            Detail = error.Detail,
            Errors = error.Fields.IsDefaultOrEmpty
                ? null
                : error.Fields.GroupBy(field => field.Pointer, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.Select(field => field.Message)], StringComparer.Ordinal),
            TraceId = traceId,
        };
    }

    /// <summary>The trace of the request at hand: the W3C trace id, or the server's own name of the request.</summary>
    public static string TraceOf(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
}

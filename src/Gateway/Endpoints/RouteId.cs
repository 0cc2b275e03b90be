using System.Text;
using System.Text.Unicode;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Json;
using Microsoft.AspNetCore.Http.Features;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>
/// The document id of a path. It is taken from the path as it was sent: the server decodes a path all but for %2F, after
/// which an id with a slash and one with the text "%2F" can't be told apart.
/// </summary>
internal static class RouteId
{
    /// <summary>/v1/indexes/{index}/documents/{id}: the empty segment before the first slash counts.</summary>
    private const int Position = 5;

    private static readonly string[] Around = ["", "v1", "indexes", "", "documents"];

    /// <returns>The id, or invalid-id.</returns>
    public static Result<string> Of(HttpContext http)
    {
        var segments = PathOf(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).Split('/');
        if (segments.Length <= Position || !IsAround(segments) || Decode(segments[Position]) is not { } id)
            return Error.Of(Slugs.InvalidId, "The id in the path must be percent-encoded UTF-8, and the path without needless encoding.");
        return DocumentIds.Check(id) is { } problem ? Error.Of(Slugs.InvalidId, problem) : id;
    }

    private static bool IsAround(string[] segments)
    {
        for (var i = 0; i < Position; i++)
        {
            if (Around[i].Length > 0 && segments[i] != Around[i])
                return false;
        }

        return true;
    }

    private static string PathOf(string target)
    {
        var end = target.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? target : target[..end];
        // The absolute form of a request target names scheme and server first.
        var scheme = path.StartsWith('/') ? -1 : path.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : path.IndexOf('/', scheme + 3);
        return start < 0 ? "/" : path[start..];
    }

    private static string? Decode(string segment)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(segment.Length)];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                length += Encoding.UTF8.GetBytes(segment.AsSpan(i, 1), bytes.AsSpan(length));
                continue;
            }

            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
                return null;
            bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
            i += 2;
        }

        return Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : null;
    }
}

using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Json;
using Microsoft.Net.Http.Headers;

namespace ClipOrleans.Gateway.Endpoints;

/// <summary>A JSON request body, read as a whole and parsed. Dispose it when nothing of it is needed any more.</summary>
internal sealed class RequestJson : IDisposable
{
    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";

    private readonly RequestBody _body;
    private readonly JsonDocument _document;

    private RequestJson(RequestBody body, JsonDocument document)
    {
        _body = body;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <returns>The body, or unsupported-media-type, body-too-large, malformed-request or overloaded.</returns>
    public static async ValueTask<Result<RequestJson>> ReadAsync(HttpContext http, long maxBytes, Budgets budgets, ComputePlaces places, params string[] mediaTypes)
    {
        if (!HasType(http, mediaTypes.Length == 0 ? [Json] : mediaTypes))
            return UnsupportedType(http, mediaTypes.Length == 0 ? [Json] : mediaTypes);
        var body = await RequestBody.ReadAsync(http, maxBytes, budgets.Bodies);
        if (!body.IsSuccess)
            return body.Error;
        try
        {
            var parsed = await ParseAsync(http, body.Value, places);
            if (parsed.IsSuccess)
                return new RequestJson(body.Value, parsed.Value);
            body.Value.Dispose();
            return parsed.Error;
        }
        catch
        {
            body.Value.Dispose();
            throw;
        }
    }

    /// <summary>Whether the body is of one of these types, in UTF-8 if it is text.</summary>
    public static bool HasType(HttpContext http, params IEnumerable<string> mediaTypes) =>
        MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
        && mediaTypes.Any(wanted => type.MediaType.Equals(wanted, StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    public static Error UnsupportedType(HttpContext http, params IEnumerable<string> mediaTypes)
    {
        var given = http.Request.ContentType is { Length: > 0 } type ? $"not '{Pointer.Quote(type)}'" : "and none is given";
        return Error.Of(Slugs.UnsupportedMediaType, $"The Content-Type must be {string.Join(" or ", mediaTypes)} in UTF-8, {given}.");
    }

    public void Dispose()
    {
        _document.Dispose();
        _body.Dispose();
    }

    /// <summary>Behind the reading, so that who sends slowly holds no place.</summary>
    private static async ValueTask<Result<JsonDocument>> ParseAsync(HttpContext http, RequestBody body, ComputePlaces places)
    {
        if (http.Features.Get<TenantFeature>()?.Tenant is not { } tenant)
            return StrictJson.Parse(body.Bytes);
        using var place = await places.EnterAsync(tenant, isImport: false, http.RequestAborted);
        return StrictJson.Parse(body.Bytes);
    }
}

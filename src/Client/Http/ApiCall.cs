using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClipOrleans.Client.Http;

/// <summary>One call of the API, in a form that can be sent more than once.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query under the base address, escaped, without a leading slash.</param>
internal sealed record ApiCall(HttpMethod Method, string Path)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Makes the body anew for each try.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The call may be repeated even when an earlier try may have been carried out.</summary>
    public bool MayRunTwice { get; init; }

    /// <summary>Nothing but the caller limits how long the call takes.</summary>
    public bool TakesLong { get; init; }

    /// <summary>A call that changes nothing.</summary>
    public static ApiCall Read(string path) => new(HttpMethod.Get, path) { MayRunTwice = true };

    /// <summary>A call with a JSON body, serialised once.</summary>
    public static ApiCall WithJson<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, bool mayRunTwice)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return new ApiCall(method, path)
        {
            MayRunTwice = mayRunTwice,
            Content = () => new ByteArrayContent(bytes) { Headers = { ContentType = Json } },
        };
    }

    /// <summary>An index name or document id as one path segment.</summary>
    /// <exception cref="ArgumentException">The segment is empty, or a dot segment that every HTTP stack removes.</exception>
    public static string Segment(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name is "." or ".."
            ? throw new ArgumentException($"\"{name}\" cannot stand in a URL path; delete or scroll it instead.", nameof(name))
            : Uri.EscapeDataString(name);
    }
}

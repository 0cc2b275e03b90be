using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>A request of one operation that would reach what the names stand for, if it were the caller's.</summary>
/// <param name="Operation">As the OpenAPI document calls it.</param>
/// <param name="Status">What one hears who may call the operation but has nothing of these names.</param>
internal sealed record RouteSample(string Operation, int Status)
{
    /// <summary>The same where the index of the path is the caller's own, and only what is asked for in it is not; null: there is nothing else in it.</summary>
    public int? StatusInOwnIndex { get; init; }

    public Func<Names, string> Query { get; init; } = static _ => "";

    public Func<Names, JsonNode>? Json { get; init; }

    public (string MediaType, byte[] Bytes)? Raw { get; init; }

    /// <summary>What takes back what a success has done for the caller himself, as a path to DELETE.</summary>
    public Func<Names, Heard, string>? Undo { get; init; }

    /// <summary>The names of a path, by what the OpenAPI document calls its parameters.</summary>
    public string PathOf(string template, Names names)
    {
        var id = template.Contains("/snapshots/", StringComparison.Ordinal) ? names.Snapshot : names.Document;
        var path = template.Replace("{index}", names.Index, StringComparison.Ordinal).Replace("{tenant}", names.Tenant, StringComparison.Ordinal)
            .Replace("{key}", names.Key, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
        Assert.DoesNotContain('{', path);
        return path[1..] + Query(names);
    }

    public HttpContent? Body(Names names)
    {
        if (Json is not null)
            return new StringContent(Json(names).ToJsonString(), Encoding.UTF8, "application/json");
        return Raw is { } raw ? new ByteArrayContent(raw.Bytes) { Headers = { ContentType = new MediaTypeHeaderValue(raw.MediaType) } } : null;
    }
}

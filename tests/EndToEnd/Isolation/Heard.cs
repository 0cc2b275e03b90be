using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClipOrleans.EndToEnd.Isolation;

/// <summary>An answer as a stranger hears it: the status, every header, every byte.</summary>
internal sealed partial record Heard(int Status, string Headers, string Body)
{
    /// <summary>They say when the answer was written and how long it is, and nothing of what is in it.</summary>
    private static readonly string[] Passing = ["Date", "Content-Length", "Transfer-Encoding"];

    public string Whole => $"{Status}\n{Headers}\n{Body}";

    public static async Task<Heard> OfAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).Where(header => !Passing.Contains(header.Key, StringComparer.OrdinalIgnoreCase));
        var lines = headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
        // Every byte becomes a character, whatever it is: what is looked for is ASCII.
        return new Heard((int)response.StatusCode, string.Join('\n', lines), Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>
    /// Without what differs from one answer to the next by itself: times, what is made by chance for one request or one key, and the
    /// state of files and memory of the caller's own indexes. Counts of documents stay.
    /// </summary>
    public string Settled()
    {
        var text = Whole;
        if (MadeKey() is { } id)
            text = text.Replace(id, "ID", StringComparison.Ordinal);
        return Passed().Replace(Inner().Replace(Chance().Replace(Times().Replace(text, "TIME"), "CHANCE"), "INNER"), "");
    }

    /// <summary>The id of the key that was made, if one was.</summary>
    public string? MadeKey()
    {
        try
        {
            return Status == 201 && JsonNode.Parse(Body) is JsonObject made && made.ContainsKey("key") ? (string?)made["id"] : null;
        }
        catch (JsonException)
        {
            return null; // no JSON, no key
        }
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Times();

    [GeneratedRegex(@"""(traceId|queryId|key)"":""[^""]*""|""tookMs"":\{[^}]*\}")]
    private static partial Regex Chance();

    [GeneratedRegex(@"""(bytesOnDisk|deadBytes|bytesInMemory|sequence|percent)"":\d+|""memory"":\{[^}]*\}|""(status|state)"":""(ready|loading)""")]
    private static partial Regex Inner();

    /// <summary>A key that was used meanwhile.</summary>
    [GeneratedRegex(@",""lastUsedAt"":""TIME""")]
    private static partial Regex Passed();
}

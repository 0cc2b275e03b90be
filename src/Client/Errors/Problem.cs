using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Errors;

/// <summary>An error as the server tells it: RFC 9457 <c>application/problem+json</c>.</summary>
public sealed record Problem
{
    private const string SlugPrefix = "urn:cliporleans:error:";

    /// <summary>The kind of error as a URI, <c>urn:cliporleans:error:&lt;slug&gt;</c>.</summary>
    public string? Type { get; init; }

    /// <summary>What the kind of error is called.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status; 0 when no answer came from the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Status { get; init; }

    /// <summary>What was wrong this time and what would be right.</summary>
    public string? Detail { get; init; }

    /// <summary>JSON pointer into the request → what is wrong there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The trace under which the server logged this request.</summary>
    public string? TraceId { get; init; }

    /// <summary>Members that only some kinds of error have.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }

    /// <summary>The stable name of the kind of error, for example <c>index-not-found</c>; empty when the answer named none.</summary>
    [JsonIgnore]
    public string Slug => Type is not null && Type.StartsWith(SlugPrefix, StringComparison.Ordinal) ? Type[SlugPrefix.Length..] : "";

    /// <summary>Title, detail and the field errors that the detail does not tell, on one line.</summary>
    public string Describe()
    {
        var line = string.Join(": ", new[] { Title, Detail }.Where(part => !string.IsNullOrEmpty(part)));
        var untold = (Errors ?? new Dictionary<string, IReadOnlyList<string>>())
            .SelectMany(field => field.Value.Where(message => !line.Contains(message, StringComparison.Ordinal)).Select(message => $"{field.Key}: {message}"));
        var fields = string.Join("; ", untold);
        return fields.Length > 0 ? $"{line} ({fields})"
            : line.Length > 0 ? line
            : $"HTTP {Status}";
    }
}

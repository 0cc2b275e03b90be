using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Documents;

/// <summary>
/// A document to store: exactly one of <see cref="ImageUrl"/>, <see cref="Image"/>, <see cref="Text"/> and
/// <see cref="Vector"/>, with metadata of any shape.
/// </summary>
public sealed record DocumentInput
{
    /// <summary>1 to 256 characters without control characters. Without one the server makes one.</summary>
    public string? Id { get; init; }

    /// <summary>An http or https address from which the server fetches the image.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The bytes of an image file, sent as <c>imageBase64</c>.</summary>
    [JsonPropertyName("imageBase64")]
    public ReadOnlyMemory<byte>? Image { get; init => field = OptionalMemory.Of(value); }

    /// <summary>A text to embed in place of an image; at most 10,000 characters.</summary>
    public string? Text { get; init; }

    /// <summary>An embedding of your own with as many values as the index has dimensions; the server normalises it.</summary>
    public ReadOnlyMemory<float>? Vector { get; init => field = OptionalMemory.Of(value); }

    /// <summary>A JSON object of at most 64 KiB; members that the index declares as fields can be filtered on.</summary>
    public JsonObject? Metadata { get; init; }
}

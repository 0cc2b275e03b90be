using System.Text.Json.Serialization;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Embeddings;

/// <summary>Something to embed: exactly one of an image's bytes, its address, and a text.</summary>
public sealed record EmbeddingInput
{
    /// <summary>The bytes of an image file, sent as <c>imageBase64</c>.</summary>
    [JsonPropertyName("imageBase64")]
    public ReadOnlyMemory<byte>? Image { get; init => field = OptionalMemory.Of(value); }

    /// <summary>An http or https address from which the server fetches the image.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>A text to embed.</summary>
    public string? Text { get; init; }
}

using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Embeddings;

/// <summary>An image to embed: exactly one of its bytes and its address.</summary>
public sealed record EmbeddingInput
{
    /// <summary>The bytes of an image file, sent as <c>imageBase64</c>.</summary>
    [JsonPropertyName("imageBase64")]
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>An http or https address from which the server fetches the image.</summary>
    public string? ImageUrl { get; init; }
}

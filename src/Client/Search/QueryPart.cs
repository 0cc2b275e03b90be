using System.Text.Json.Serialization;
using ClipOrleans.Client.Json;

namespace ClipOrleans.Client.Search;

/// <summary>One of several query parts, weighted: exactly one of text, image, vector and id.</summary>
public sealed record QueryPart
{
    /// <summary>Words to search with.</summary>
    public string? Text { get; init; }

    /// <summary>An address from which the server fetches the image to search with.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The bytes of an image file to search with, sent as <c>imageBase64</c>.</summary>
    [JsonPropertyName("imageBase64")]
    public ReadOnlyMemory<byte>? Image { get; init => field = OptionalMemory.Of(value); }

    /// <summary>An embedding to search with.</summary>
    public ReadOnlyMemory<float>? Vector { get; init => field = OptionalMemory.Of(value); }

    /// <summary>A stored document to search with.</summary>
    public string? Id { get; init; }

    /// <summary>Its share; negative to move away from it. Default 1.</summary>
    public double Weight { get; init; } = 1;
}

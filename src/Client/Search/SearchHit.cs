using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipOrleans.Client.Search;

/// <summary>A document that was found.</summary>
public sealed record SearchHit
{
    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Cosine similarity to the query, -1 to 1.</summary>
    public double Score { get; init; }

    /// <summary>Its metadata, if it was included.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>Where its image was fetched from, or the path of the image that the index keeps.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Its normalised embedding, if it was included.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }

    /// <summary>The value it was grouped by, if the search grouped.</summary>
    public JsonElement? Group { get; init; }
}

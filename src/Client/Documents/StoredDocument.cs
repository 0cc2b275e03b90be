using System.Text.Json.Nodes;

namespace ClipOrleans.Client.Documents;

/// <summary>A document as the index has it.</summary>
public sealed record StoredDocument
{
    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its metadata.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>Where its image was fetched from, or the path of the image that the index keeps.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The text it was embedded from, if it was.</summary>
    public string? Text { get; init; }

    /// <summary>The model that made its embedding.</summary>
    public string? Model { get; init; }

    /// <summary>When it was first stored.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The normalised embedding, if it was asked for.</summary>
    public ReadOnlyMemory<float>? Vector { get; init; }
}

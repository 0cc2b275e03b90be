using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Models;

/// <summary>A model that the server can embed with.</summary>
public sealed record ModelDescription
{
    /// <summary>The name by which an index chooses it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which weights these are; vectors of two revisions never meet in one search.</summary>
    public string Revision { get; init; } = "";

    /// <summary>Length of its embeddings.</summary>
    public int Dimensions { get; init; }

    /// <summary>The licence of its weights, if the manifest names it.</summary>
    public string? Licence { get; init; }

    /// <summary>Where it came from, if the manifest names it.</summary>
    public string? Source { get; init; }

    /// <summary>An index that names no model gets this one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Members that this client does not name.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }
}

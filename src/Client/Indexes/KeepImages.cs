using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Indexes;

/// <summary>Which form of an image an index keeps beside its embedding.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeepImages>))]
public enum KeepImages
{
    /// <summary>No image, only the embedding.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>A small picture (the server's default).</summary>
    [JsonStringEnumMemberName("thumbnail")] Thumbnail,

    /// <summary>The bytes as they came.</summary>
    [JsonStringEnumMemberName("original")] Original,
}

using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Keys;

/// <summary>What a key may do; each role may do what those before it may.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeyRole>))]
public enum KeyRole
{
    /// <summary>Search, get documents and images, list indexes and models, embed.</summary>
    [JsonStringEnumMemberName("read")] Read,

    /// <summary>And put, change and delete documents.</summary>
    [JsonStringEnumMemberName("write")] Write,

    /// <summary>And create, change and delete indexes, snapshots and keys.</summary>
    [JsonStringEnumMemberName("admin")] Admin,
}

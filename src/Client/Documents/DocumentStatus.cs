using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Documents;

/// <summary>What became of one document of an upsert.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DocumentStatus>))]
public enum DocumentStatus
{
    /// <summary>Stored under an id that was not there.</summary>
    [JsonStringEnumMemberName("created")] Created,

    /// <summary>Stored in place of the document that had its id.</summary>
    [JsonStringEnumMemberName("updated")] Updated,

    /// <summary>Not stored; the result's error says why.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

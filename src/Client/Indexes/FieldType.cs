using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Indexes;

/// <summary>What a declared metadata field holds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
public enum FieldType
{
    /// <summary>One string, matched whole.</summary>
    [JsonStringEnumMemberName("keyword")] Keyword,

    /// <summary>A number.</summary>
    [JsonStringEnumMemberName("number")] Number,

    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("boolean")] Boolean,

    /// <summary>A point in time, ISO 8601.</summary>
    [JsonStringEnumMemberName("datetime")] DateTime,

    /// <summary>Several strings, each matched whole.</summary>
    [JsonStringEnumMemberName("keyword[]")] Keywords,

    /// <summary>A place: <c>{"lat":…,"lon":…}</c> in degrees.</summary>
    [JsonStringEnumMemberName("geo")] Geo,
}

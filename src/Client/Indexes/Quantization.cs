using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Indexes;

/// <summary>How an index codes its vectors for approximate search. Scores are float32 cosines with each.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Quantization>))]
public enum Quantization
{
    /// <summary>8 bits once a shard has enough documents to learn from (the server's default).</summary>
    [JsonStringEnumMemberName("auto")] Auto,

    /// <summary>No codes: every search scans all vectors.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>8 bits a dimension.</summary>
    [JsonStringEnumMemberName("int8")] Int8,

    /// <summary>1 bit a dimension: the least memory.</summary>
    [JsonStringEnumMemberName("binary")] Binary,
}

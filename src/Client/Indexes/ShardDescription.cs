using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Indexes;

/// <summary>One shard of an index.</summary>
public sealed record ShardDescription
{
    /// <summary>Its number, from 0.</summary>
    public int Shard { get; init; }

    /// <summary>Whether it answers: <c>ready</c>, <c>loading</c> or <c>failed</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>By what it is searched: <c>exact</c>, <c>training</c> or <c>trained</c>; null while it is not loaded.</summary>
    public string? Codes { get; init; }

    /// <summary>How many documents it has.</summary>
    public long Documents { get; init; }

    /// <summary>Bytes in its files.</summary>
    public long BytesOnDisk { get; init; }

    /// <summary>Bytes it holds in memory.</summary>
    public long BytesInMemory { get; init; }

    /// <summary>Members that this client does not name.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }
}

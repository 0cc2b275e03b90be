using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipOrleans.Client.Indexes;

/// <summary>An index and how it is.</summary>
public sealed record IndexDescription
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The model that embeds its documents, or <c>none</c>.</summary>
    public string Model { get; init; } = "";

    /// <summary>Length of its vectors.</summary>
    public int Dimensions { get; init; }

    /// <summary>The metadata fields that filters can use.</summary>
    public IReadOnlyList<FieldDefinition> Fields { get; init; } = [];

    /// <summary>The least recall@10 that approximate search has to reach.</summary>
    public double TargetRecall { get; init; }

    /// <summary>What it measured of that promise; null from a server that does not say it.</summary>
    public RecallDescription? Recall { get; init; }

    /// <summary>How its vectors are coded for approximate search.</summary>
    public Quantization Quantization { get; init; }

    /// <summary>Which form of the images it keeps.</summary>
    public KeepImages KeepImages { get; init; }

    /// <summary>Whether it answers, for example <c>ready</c> or <c>loading</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>Every shard is loaded: counts and bytes are whole.</summary>
    [JsonIgnore]
    public bool IsReady => Status == "ready";

    /// <summary>How many documents it has; those of shards that are still loading do not count yet.</summary>
    public long Documents { get; init; }

    /// <summary>Bytes in its files.</summary>
    public long BytesOnDisk { get; init; }

    /// <summary>Bytes it holds in memory.</summary>
    public long BytesInMemory { get; init; }

    /// <summary>What they are for, and what is mapped instead; null from a server that does not say it.</summary>
    public MemoryDescription? Memory { get; init; }

    /// <summary>The state of each shard.</summary>
    public IReadOnlyList<ShardDescription> Shards { get; init; } = [];

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its description last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Members that this client does not name.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }
}

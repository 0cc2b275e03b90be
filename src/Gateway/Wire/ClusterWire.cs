using System.ComponentModel;

namespace ClipOrleans.Gateway.Wire;

/// <summary>The cluster: who is there, and who has what.</summary>
internal sealed record ClusterResponse
{
    public required IReadOnlyList<SiloWire> Silos { get; init; }

    [Description("The shards that are active; one that nobody asks for is on disk only.")]
    public required IReadOnlyList<PlacedShardWire> Shards { get; init; }

    [Description("Planned hand-overs that are going on.")]
    public required IReadOnlyList<ShardMoveWire> Moves { get; init; }

    [Description("Planned hand-overs that were finished since then.")]
    public required long Moved { get; init; }

    [Description("Since when this view is kept: it is learnt anew when the silo that keeps it dies.")]
    public required DateTimeOffset Since { get; init; }
}

/// <summary>A silo.</summary>
internal sealed record SiloWire
{
    [Description("Address and generation: a process that is started again has another one.")]
    public required string Address { get; init; }

    public required string Name { get; init; }

    [Description("joining, active, shuttingDown, stopping or dead.")]
    public required string Status { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    [Description("It gives its shards away before it leaves.")]
    public required bool Draining { get; init; }

    public required int Shards { get; init; }

    [Description("Bytes of vectors and codes, in memory or mapped.")]
    public required long Bytes { get; init; }

    [Description("Cores that searches took lately.")]
    public required double Busy { get; init; }

    [Description("What placement compares, in shards of mean size and mean traffic.")]
    public required double Load { get; init; }

    [Description("When it last told what it has; absent where it has not yet, or has no shards to tell of.")]
    public DateTimeOffset? ReportedAt { get; init; }
}

/// <summary>A shard and its owner.</summary>
internal sealed record PlacedShardWire
{
    public required string Tenant { get; init; }

    public required string Index { get; init; }

    public required int Shard { get; init; }

    [Description("The number of the read replica; absent where it is the shard itself.")]
    public int? Replica { get; init; }

    [Description("The address of the silo that has it.")]
    public required string Silo { get; init; }

    public required string SiloName { get; init; }

    [Description("loading, ready or failed.")]
    public required string State { get; init; }

    [Description("Of the owner, growing with each opening; 0 while it is being opened.")]
    public required long Epoch { get; init; }

    public required long Documents { get; init; }

    public required long Bytes { get; init; }

    public required double Busy { get; init; }
}

/// <summary>A planned hand-over.</summary>
internal sealed record ShardMoveWire
{
    public required string Tenant { get; init; }

    public required string Index { get; init; }

    public required int Shard { get; init; }

    [Description("The number of the read replica; absent where it is the shard itself.")]
    public int? Replica { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
}

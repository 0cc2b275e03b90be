using System.ComponentModel;

namespace ClipOrleans.Gateway.Wire;

/// <summary>A snapshot: a copy of an index that does not change.</summary>
internal sealed record SnapshotResponse
{
    public required string Id { get; init; }

    [Description("The index it was made of.")]
    public required string Index { get; init; }

    [Description("When it was asked for: every write that was answered before is in it.")]
    public required DateTime CreatedAt { get; init; }

    [Description("creating, ready or failed.")]
    public required string Status { get; init; }

    public required int Shards { get; init; }

    [Description("Documents in it; 0 while it is being made.")]
    public required long Documents { get; init; }

    [Description("Bytes of all its files, also of those that it shares on the disk with the index; 0 while it is being made.")]
    public required long Bytes { get; init; }

    [Description("Why it failed.")]
    public string? Problem { get; init; }
}

/// <summary>The snapshots of an index, the oldest first.</summary>
internal sealed record SnapshotListResponse
{
    public required IReadOnlyList<SnapshotResponse> Snapshots { get; init; }
}

/// <summary>What to restore, and as what.</summary>
internal sealed record RestoreRequest
{
    [Description("The id of a snapshot of the index.")]
    public required string Snapshot { get; init; }

    [Description("The name of the new index; none may have it yet.")]
    public required string Name { get; init; }
}

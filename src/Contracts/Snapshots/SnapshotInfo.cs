namespace ClipOrleans.Contracts.Snapshots;

[GenerateSerializer, Alias("clip.SnapshotState")]
public enum SnapshotState
{
    Invalid = 0,

    /// <summary>Its shards are being copied; nothing of it counts yet.</summary>
    Creating = 1,

    /// <summary>Whole, and on the device.</summary>
    Ready = 2,

    /// <summary>It could not be made, or is no longer what was written.</summary>
    Failed = 3,
}

/// <summary>A snapshot of an index: a copy of it that does not change.</summary>
/// <param name="CreatedAt">When it was asked for: what was acknowledged before is in it.</param>
/// <param name="Documents">0 while it is being made, as the next two.</param>
/// <param name="Bytes">Of all its files, also of those that it shares with the index.</param>
/// <param name="Problem">Why it failed.</param>
[GenerateSerializer, Immutable, Alias("clip.SnapshotInfo")]
public sealed record SnapshotInfo(
    [property: Id(0)] string Id,
    [property: Id(1)] string Index,
    [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] SnapshotState State,
    [property: Id(4)] int Shards,
    [property: Id(5)] long Documents,
    [property: Id(6)] long Bytes,
    [property: Id(7)] string? Problem = null);

/// <summary>A file of a snapshot, as it stands in an archive.</summary>
/// <param name="Path">With <c>/</c> between its parts.</param>
[GenerateSerializer, Immutable, Alias("clip.SnapshotFile")]
public sealed record SnapshotFile([property: Id(0)] string Path, [property: Id(1)] long Length);

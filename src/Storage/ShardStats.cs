using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Snapshots;
using ClipOrleans.Vectors;

namespace ClipOrleans.Storage;

/// <param name="Documents">Live documents of the published state.</param>
/// <param name="BytesOnDisk">Lengths of the files in the shard's directory; mapped vectors are not among them.</param>
/// <param name="Memory">Vectors, codes, all else (filter and id index, log pages, row cache), and what is mapped instead: an honest estimate.</param>
/// <param name="Sequence">Number of the last published log record.</param>
/// <param name="Epoch">Counts the openings of the shard; greater than that of every earlier owner.</param>
/// <param name="GroupCommits">Times the log was forced since opening: fewer than writes when writers are many.</param>
/// <param name="ReadOnlyReason">Null, or why writes stopped.</param>
/// <param name="Maintenance">Work in the background: codes, trainings, measured recall.</param>
/// <param name="Compaction">The log: how much of it is needed, and what was given back.</param>
public sealed record ShardStats(
    long Documents,
    long BytesOnDisk,
    MemoryUse Memory,
    long Sequence,
    long Epoch,
    long GroupCommits,
    string? ReadOnlyReason,
    MaintenanceStats Maintenance,
    CompactionStats Compaction)
{
    /// <summary>What is saved beside the log.</summary>
    public SnapshotStats Snapshots { get; init; } = SnapshotStats.None;

    /// <summary>All of <see cref="Memory"/> but what is mapped.</summary>
    public long BytesInMemory => Memory.InMemory;
}

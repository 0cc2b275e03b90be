namespace ClipOrleans.Storage;

/// <param name="Documents">Live documents of the published state.</param>
/// <param name="BytesOnDisk">Lengths of the files in the shard's directory.</param>
/// <param name="BytesInMemory">Vectors, filter and id index, log pages, row cache: an honest estimate.</param>
/// <param name="Sequence">Number of the last published log record.</param>
/// <param name="Epoch">Counts the openings of the shard; greater than that of every earlier owner.</param>
/// <param name="GroupCommits">Times the log was forced since opening: fewer than writes when writers are many.</param>
/// <param name="ReadOnlyReason">Null, or why writes stopped.</param>
public sealed record ShardStats(
    long Documents,
    long BytesOnDisk,
    long BytesInMemory,
    long Sequence,
    long Epoch,
    long GroupCommits,
    string? ReadOnlyReason);

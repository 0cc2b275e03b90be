namespace ClipOrleans.Storage.Snapshots;

/// <summary>What is saved of a shard, beside its log.</summary>
/// <param name="Taken">Snapshots taken since the shard was opened.</param>
/// <param name="Sequence">The record that the newest covers the log up to, taken or opened; 0 without one.</param>
/// <param name="Problem">Why the last attempt failed; null once one succeeded.</param>
public sealed record SnapshotStats(long Taken, long Sequence, string? Problem)
{
    internal static SnapshotStats None { get; } = new(0, 0, null);
}

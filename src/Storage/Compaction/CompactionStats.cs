namespace ClipOrleans.Storage.Compaction;

/// <summary>What the log of a shard takes and how much of it is needed; counters since the shard was opened.</summary>
/// <param name="LogBytes">Length of the log, from where it begins to its end.</param>
/// <param name="LiveBytes">Of it, what living documents take, as last estimated; 0 before the first estimate.</param>
/// <param name="Passes">Times that dead space was looked for and given back.</param>
/// <param name="MovedBytes">Rows and images of living documents that were copied to the end of the log.</param>
/// <param name="FreedBytes">By how much the log begins later.</param>
/// <param name="Problem">Why the last pass ended early; null once one ended well.</param>
public sealed record CompactionStats(long LogBytes, long LiveBytes, long Passes, long MovedBytes, long FreedBytes, string? Problem)
{
    /// <summary>What no living document needs.</summary>
    public long DeadBytes => LiveBytes == 0 ? 0 : Math.Max(0, LogBytes - LiveBytes);
}

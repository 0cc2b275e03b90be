using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Snapshots;

internal static partial class SnapshotLog
{
    [LoggerMessage(41, LogLevel.Information, "Shard {Shard}: snapshot up to record {Sequence}, {Rows} rows, {Milliseconds:F0} ms")]
    public static partial void Taken(ILogger logger, string shard, long sequence, long rows, double milliseconds);

    [LoggerMessage(42, LogLevel.Warning, "The snapshot {File} was set aside, and an older one or the log takes its place: {Reason}")]
    public static partial void SetAside(ILogger logger, string file, string reason);

    [LoggerMessage(43, LogLevel.Error, "Shard {Shard}: no snapshot could be taken; its log has everything, and opening it takes longer")]
    public static partial void Failed(ILogger logger, Exception fault, string shard);

    [LoggerMessage(44, LogLevel.Warning, "{File} is not needed any more and could not be removed: {Reason}")]
    public static partial void NotRemoved(ILogger logger, string file, string reason);

    [LoggerMessage(45, LogLevel.Information, "Shard {Shard}: its snapshot up to record {Sequence} with {Rows} rows was read in {Milliseconds:F0} ms")]
    public static partial void Opened(ILogger logger, string shard, long sequence, long rows, double milliseconds);
}

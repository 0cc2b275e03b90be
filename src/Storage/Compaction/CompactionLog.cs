using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Compaction;

internal static partial class CompactionLog
{
    [LoggerMessage(41, LogLevel.Information, "Shard {Shard}: {Freed} bytes of its log came back, {Moved} bytes of living documents were moved for it")]
    public static partial void Compacted(ILogger logger, string shard, long freed, long moved);

    [LoggerMessage(42, LogLevel.Error, "Shard {Shard}: giving back dead space stopped; it is tried again when more was written")]
    public static partial void Failed(ILogger logger, Exception fault, string shard);

    [LoggerMessage(43, LogLevel.Error, "Segments that are not needed any more could not be removed")]
    public static partial void RemovingFailed(ILogger logger, Exception fault);
}

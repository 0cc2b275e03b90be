using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Following;

internal static partial class FollowerLog
{
    [LoggerMessage(61, LogLevel.Information, "Shard {Shard} is followed: {Documents} documents, up to record {Sequence}, {Milliseconds:F0} ms")]
    public static partial void Opened(ILogger logger, string shard, long documents, long sequence, double milliseconds);

    [LoggerMessage(62, LogLevel.Debug, "Shard {Shard} was begun anew with the snapshot up to record {Sequence}")]
    public static partial void Rebased(ILogger logger, string shard, long sequence);

    [LoggerMessage(63, LogLevel.Warning, "Shard {Shard} cannot be followed any further: {Problem}")]
    public static partial void Stuck(ILogger logger, string shard, string problem);

    [LoggerMessage(64, LogLevel.Information, "Shard {Shard} is followed again")]
    public static partial void GoesOn(ILogger logger, string shard);

    [LoggerMessage(65, LogLevel.Debug, "A snapshot of shard {Shard} is passed over by its follower: {Problem}")]
    public static partial void PassedOver(ILogger logger, string shard, string problem);
}

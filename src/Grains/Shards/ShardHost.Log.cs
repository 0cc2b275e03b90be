using ClipOrleans.Contracts.Keys;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Shards;

internal sealed partial class ShardHost
{
    [LoggerMessage(1, LogLevel.Debug, "Shard {Shard} opened: {Documents} documents in {Milliseconds:F0} ms")]
    private partial void LogOpened(ShardKey shard, long documents, double milliseconds);

    [LoggerMessage(2, LogLevel.Debug, "Shard {Shard} was closed before it was open")]
    private partial void LogOpeningStopped(ShardKey shard);

    [LoggerMessage(3, LogLevel.Error, "Shard {Shard} cannot be opened")]
    private partial void LogOpenFailed(Exception fault, ShardKey shard);

    [LoggerMessage(4, LogLevel.Error, "Shard {Shard} still cannot be written: {Problem}")]
    private partial void LogStillUnwritable(ShardKey shard, string problem);

    [LoggerMessage(11, LogLevel.Warning, "Shard {Shard} is not opened here yet: {Reason}")]
    private partial void LogElsewhere(ShardKey shard, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Shard {Shard} was fenced out and is closed here: {Reason}")]
    private partial void LogFenced(ShardKey shard, string reason);

    [LoggerMessage(7, LogLevel.Error, "Shard {Shard} cannot be made")]
    private partial void LogCreateFailed(Exception fault, ShardKey shard);

    [LoggerMessage(9, LogLevel.Error, "Shard {Shard} cannot be copied")]
    private partial void LogCopyFailed(Exception fault, ShardKey shard);

    [LoggerMessage(8, LogLevel.Error, "Shard {Shard} cannot be removed")]
    private partial void LogDropFailed(Exception fault, ShardKey shard);

    [LoggerMessage(10, LogLevel.Debug, "Shard {Shard} takes no writes: {Reason}")]
    private partial void LogTakesNoWrites(ShardKey shard, string reason);

    [LoggerMessage(6, LogLevel.Error, "Shard {Shard} does not take what was asked")]
    private partial void LogUnavailable(Exception fault, ShardKey shard);

    [LoggerMessage(12, LogLevel.Warning, "Shard {Shard}: a write came later than its caller waited for it; it is not done")]
    private partial void LogLate(ShardKey shard);
}

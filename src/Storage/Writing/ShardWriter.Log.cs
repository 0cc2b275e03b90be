using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

internal static partial class WriterLog
{
    [LoggerMessage(1, LogLevel.Error, "Shard {Shard} takes no writes any more; reads go on")]
    public static partial void Stopped(ILogger logger, Exception reason, string shard);

    [LoggerMessage(4, LogLevel.Debug, "Shard {Shard} still cannot be written: {Problem}")]
    public static partial void NotHealed(ILogger logger, string shard, string problem);

    [LoggerMessage(5, LogLevel.Warning, "Shard {Shard} takes writes again, with epoch {Epoch}")]
    public static partial void Resumed(ILogger logger, string shard, long epoch);

    [LoggerMessage(2, LogLevel.Information, "Index version {IndexVersion} holds, with {Fields} declared fields")]
    public static partial void Reconfigured(ILogger logger, long indexVersion, int fields);

    [LoggerMessage(3, LogLevel.Debug, "{Rows} dead rows dropped from memory")]
    public static partial void DeadRowsDropped(ILogger logger, long rows);
}

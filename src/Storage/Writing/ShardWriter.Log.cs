using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

internal static partial class WriterLog
{
    [LoggerMessage(1, LogLevel.Error, "Writing to the shard stopped")]
    public static partial void Stopped(ILogger logger, Exception reason);

    [LoggerMessage(2, LogLevel.Information, "Index version {IndexVersion} holds, with {Fields} declared fields")]
    public static partial void Reconfigured(ILogger logger, long indexVersion, int fields);

    [LoggerMessage(3, LogLevel.Debug, "{Rows} dead rows dropped from memory")]
    public static partial void DeadRowsDropped(ILogger logger, long rows);
}

using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Maintenance;

internal static partial class MaintenanceLog
{
    [LoggerMessage(31, LogLevel.Information, "Shard {Shard}: codes learnt of {Documents} documents in {Seconds:F1} s")]
    public static partial void Trained(ILogger logger, string shard, long documents, double seconds);

    [LoggerMessage(32, LogLevel.Information, "Shard {Shard}: its rows were renumbered while codes were learnt; they are learnt again")]
    public static partial void Outdated(ILogger logger, string shard);

    [LoggerMessage(33, LogLevel.Error, "Shard {Shard}: learning codes failed; it is tried again in {Seconds:F0} s")]
    public static partial void TrainingFailed(ILogger logger, Exception fault, string shard, double seconds);

    [LoggerMessage(34, LogLevel.Error, "Shard {Shard}: recall could not be measured")]
    public static partial void MeasuringFailed(ILogger logger, Exception fault, string shard);

    [LoggerMessage(35, LogLevel.Warning, "The system does not let background work give way to searches")]
    public static partial void NoLowPriority(ILogger logger);
}

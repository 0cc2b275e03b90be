using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Recovery;

internal static partial class RecoveryLog
{
    [LoggerMessage(11, LogLevel.Information, "Shard {Directory} open: epoch {Epoch}, {Documents} documents, {Records} records, {Milliseconds:F0} ms")]
    public static partial void Opened(ILogger logger, string directory, long epoch, long documents, long records, double milliseconds);

    [LoggerMessage(12, LogLevel.Warning, "The log ended in {Bytes} bytes that were never acknowledged; they were cut off ({Reason})")]
    public static partial void TornEndCut(ILogger logger, long bytes, string reason);

    [LoggerMessage(13, LogLevel.Warning, "There is no commit mark: the shard was opened up to record {Sequence}, the last that its log proves")]
    public static partial void MarkMissing(ILogger logger, long sequence);

    [LoggerMessage(14, LogLevel.Warning, "{File} is missing and was restored from {Records} log records")]
    public static partial void ManifestRestored(ILogger logger, string file, long records);

    [LoggerMessage(16, LogLevel.Information, "Shard {Directory} was closed, which its files do not say: {Reason}")]
    public static partial void NotReleased(ILogger logger, string directory, string reason);

    [LoggerMessage(17, LogLevel.Warning, "Shard {Directory} was taken from its last owner, which did not close it and is gone")]
    public static partial void TakenOver(ILogger logger, string directory);

    [LoggerMessage(15, LogLevel.Information, "The manifest said index version {Manifest}, the log {Log}: the manifest was brought up")]
    public static partial void ManifestBehindLog(ILogger logger, long manifest, long log);
}

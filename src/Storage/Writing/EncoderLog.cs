using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

internal static partial class EncoderLog
{
    [LoggerMessage(6, LogLevel.Error, "A document cannot be changed, since what is stored of it cannot be read")]
    public static partial void Unreadable(ILogger logger, Exception fault);
}

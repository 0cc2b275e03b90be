using Microsoft.Extensions.Logging;

namespace ClipOrleans.Clip.Models;

public sealed partial class ModelCatalog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The model folder {Folder} is not usable: {Reason}")]
    private static partial void LogFaulty(ILogger logger, string folder, string reason);
}

using ClipOrleans.Contracts.Keys;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Replicas;

internal sealed partial class ReplicaHost
{
    [LoggerMessage(1, LogLevel.Warning, "Replica {Replica} is not open yet: {Problem}")]
    private partial void LogNotOpen(ReplicaKey replica, string problem);

    [LoggerMessage(2, LogLevel.Error, "Replica {Replica} cannot be opened")]
    private partial void LogOpenFailed(Exception fault, ReplicaKey replica);

    [LoggerMessage(3, LogLevel.Warning, "Replica {Replica} gives no answers: {Problem}")]
    private partial void LogUnfit(ReplicaKey replica, string problem);
}

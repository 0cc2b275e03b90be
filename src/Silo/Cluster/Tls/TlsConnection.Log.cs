namespace ClipOrleans.Silo.Cluster.Tls;

internal sealed partial class TlsConnection
{
    [LoggerMessage(1, LogLevel.Warning, "A connection that {Direction} {Peer} is refused: {Reason}")]
    private partial void LogRefused(string direction, string peer, string reason);
}

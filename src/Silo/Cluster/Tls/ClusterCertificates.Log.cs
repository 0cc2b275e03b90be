namespace ClipOrleans.Silo.Cluster.Tls;

internal sealed partial class ClusterCertificates
{
    [LoggerMessage(1, LogLevel.Information, "The certificate of this process was renewed: {Subject}, valid until {Until:O}")]
    private partial void LogRenewed(string subject, DateTime until);

    [LoggerMessage(2, LogLevel.Warning, "The certificates have changed and cannot be used; the ones before stay in use. {Reason}")]
    private partial void LogNotRenewed(string reason);
}

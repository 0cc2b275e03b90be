using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Silo.Configuration;

/// <summary>How connections between the processes of a cluster are protected. Bound from <c>Cluster:Tls:*</c>.</summary>
public sealed class TlsSettings
{
    public const string Section = ClusterSettings.Section + ":Tls";
    public const string Require = "require";

    private const string Off = "off";

    /// <summary>off: connections between processes are in the clear. require: both sides of each show a certificate of Cluster:Tls:CaPath, and nothing else is let in.</summary>
    [AllowedValues(Off, Require)]
    public string Mode { get; set; } = Off;

    /// <summary>File with the certificate of this process, and those between it and the authority, in PEM. It must be allowed for servers and for clients. It is read again when it changes.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>File with the private key of the certificate, in PEM, not encrypted. It is read again when it changes.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>File with the certificates of the authorities whose processes are let in, in PEM: an authority for this cluster alone, since names are not compared. It is read again when it changes.</summary>
    public string CaPath { get; set; } = "";
}

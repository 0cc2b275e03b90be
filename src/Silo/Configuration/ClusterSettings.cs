using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Silo.Configuration;

/// <summary>How processes find each other. Bound from <c>Cluster:*</c>.</summary>
public sealed class ClusterSettings
{
    public const string Section = "Cluster";

    /// <summary>localhost: this process is the whole cluster.</summary>
    [AllowedValues("localhost")]
    public string Provider { get; set; } = "localhost";

    /// <summary>Processes of one cluster share it.</summary>
    [Required]
    public string ClusterId { get; set; } = "cliporleans";

    /// <summary>Names the data; it stays the same for the life of a deployment.</summary>
    [Required]
    public string ServiceId { get; set; } = "cliporleans";

    /// <summary>Port between silos, on loopback. 0: any free port, so that two instances on a machine never collide.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>Port for Orleans clients outside the process, on loopback. 0: closed, since the gateway runs inside.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }
}

using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>Where whoever looks after the process may ask it, apart from those who use it. Bound from <c>Management:*</c>.</summary>
public sealed class ManagementOptions
{
    public const string Section = "Management";

    /// <summary>
    /// Port on every address of the machine for <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>, and for
    /// nothing else: probes and Prometheus reach it where the API listens on loopback only. 0: none. Default 0.
    /// </summary>
    [Range(0, 65_535)]
    public int Port { get; set; }
}

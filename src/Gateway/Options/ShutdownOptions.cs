using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Gateway.Options;

/// <summary>How a gateway leaves. Bound from <c>Shutdown:*</c>.</summary>
public sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>Seconds between being asked to stop and refusing connections: it serves on, but /health/ready says 503 and each answer closes its connection, so that whoever balances the load goes elsewhere. Default 0: there is no elsewhere.</summary>
    [Range(0, 600)]
    public int DrainSeconds { get; set; }
}

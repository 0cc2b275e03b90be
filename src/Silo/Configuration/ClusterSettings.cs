using System.ComponentModel.DataAnnotations;

namespace ClipOrleans.Silo.Configuration;

/// <summary>How processes find each other. Bound from <c>Cluster:*</c>.</summary>
public sealed class ClusterSettings
{
    public const string Section = "Cluster";

    /// <summary>Where the members of the cluster and its catalog stand. localhost: this process is the whole cluster, and the catalog lies under Storage:Path. redis, postgres: in that store, for any number of processes.</summary>
    [AllowedValues(ClusterProvider.Localhost, ClusterProvider.Redis, ClusterProvider.Postgres)]
    public string Provider { get; set; } = ClusterProvider.Localhost;

    /// <summary>The store, as its client library takes it: `redis-1:6379,password=…` or `Host=db;Username=…;Password=…;Database=…`.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Processes of one cluster share it.</summary>
    [Required]
    public string ClusterId { get; set; } = "cliporleans";

    /// <summary>Names the data; it stays the same for the life of a deployment.</summary>
    [Required]
    public string ServiceId { get; set; } = "cliporleans";

    /// <summary>IP address or name at which the others reach this silo. Empty: POD_IP of the environment, else the first address of this machine that is not loopback; with localhost, loopback.</summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>What this silo is called in logs and states. Empty: POD_NAME of the environment, else the machine's name and Cluster:SiloPort.</summary>
    public string SiloName { get; set; } = "";

    /// <summary>Port between silos. 0: any free port, so that two instances on a machine never collide.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; set; }

    /// <summary>Port for gateways that run without a silo. 0: any free port; with localhost it is closed, since the gateway runs inside.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }

    /// <summary>Milliseconds between two probes of a silo by its neighbours, and how long one waits for the answer.</summary>
    [Range(100, 60_000)]
    public int ProbeMilliseconds { get; set; } = 1_000;

    /// <summary>Probes missed one after the other before a neighbour votes that a silo is dead. With ProbeMilliseconds this is how long a silo may stand still: 4 seconds as they come.</summary>
    [Range(2, 100)]
    public int MissedProbes { get; set; } = 4;

    /// <summary>Votes that declare a silo dead; where fewer silos are left than that, half of them suffice.</summary>
    [Range(1, 10)]
    public int DeathVotes { get; set; } = 2;
}

namespace ClipOrleans.Bench.Cluster;

/// <summary>How the parts are spread over processes: so many silos with the shards, and the gateway in one of them or in a process of its own.</summary>
internal sealed record ClusterLayout(string Name, int Silos, bool HasOwnGateway)
{
    /// <summary>What the others are measured against.</summary>
    public static ClusterLayout One { get; } = new("one process", 1, HasOwnGateway: false);

    public static IReadOnlyList<ClusterLayout> All { get; } =
        [One, new("1 gateway + 1 silo", 1, HasOwnGateway: true), new("1 gateway + 3 silos", 3, HasOwnGateway: true)];

    /// <summary>The roles of each process, the one that is asked first. Vectors come from the client, so none has an encoder.</summary>
    public IEnumerable<string> Roles => HasOwnGateway ? ["gateway", .. Enumerable.Repeat("shard", Silos)] : ["gateway,shard"];
}

namespace ClipOrleans.Grains.Shards;

internal enum HostPhase
{
    /// <summary>No such shard: never configured, or dropped.</summary>
    Absent = 0,

    Loading = 1,
    Open = 2,

    /// <summary>Opening failed; a later call tries again.</summary>
    Failed = 3,

    /// <summary>The activation ends.</summary>
    Closed = 4,
}

namespace ClipOrleans.Grains.Shards;

/// <summary>
/// Who this silo is for the files of a shard, and which other owners are gone for good. By address: it carries the moment
/// at which its process started, so that no two processes ever have the same.
/// </summary>
/// <param name="local">This silo.</param>
/// <param name="membership">All silos, as they are known here.</param>
/// <param name="isShared">Other processes use the same folder; otherwise the lock alone decides.</param>
internal sealed class ShardOwners(ILocalSiloDetails local, IClusterMembershipService membership, bool isShared)
{
    /// <summary>Within so many seconds of its start a silo may have a shard before this one has heard of it.</summary>
    private const int NewsSeconds = 60;

    public string Name { get; } = local.SiloAddress.ToParsableString();

    /// <summary>What the shard engine asks; null where it need not ask.</summary>
    public Func<string, bool>? Gone => isShared ? IsGone : null;

    /// <summary>Readers of a shard that others may take over make sure of it; alone there is nobody who could.</summary>
    public bool IsShared => isShared;

    /// <summary>
    /// A member that is not dead is not gone. Whom nobody knows is: the dead are forgotten after days, and a process that was
    /// no part of a cluster can't have the folder beside one. Being wrong costs the owner the shard, and no writes (I4).
    /// </summary>
    public bool IsGone(string owner)
    {
        SiloAddress address;
        try
        {
            address = SiloAddress.FromParsableString(owner);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return true;
        }

        if (membership.CurrentSnapshot.Members.TryGetValue(address, out var member))
            return member.Status is SiloStatus.Dead;
        return membership.CurrentSnapshot.Members.Keys.Any(address.IsPredecessorOf)
            || SiloAddress.AllocateNewGeneration() - address.Generation > NewsSeconds;
    }
}

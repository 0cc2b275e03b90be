using ClipOrleans.Grains.Placement;

namespace ClipOrleans.Grains.Shards;

/// <summary>Why a shard goes cold: a label of a metric.</summary>
internal static class ColdReason
{
    public const string Idle = "idle";
    public const string Budget = "budget";

    /// <returns>Null when it ends for another reason: it moves, it is removed, the process stops.</returns>
    public static string? Of(ILocalShard shard, DeactivationReason reason) =>
        shard.Cold.HasBegun ? Budget
        : reason.ReasonCode is DeactivationReasonCode.ActivationIdle ? Idle
        : null;
}

using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace ClipOrleans.Grains.Placement;

/// <summary>A shard goes where the <see cref="IShardPlacementGrain"/> says.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ShardPlacementAttribute() : PlacementAttribute(ShardPlacement.Instance);

[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("clip.ShardPlacement")]
internal sealed class ShardPlacement : PlacementStrategy
{
    public static ShardPlacement Instance { get; } = new();
}

/// <summary>
/// Asks the placement grain, but never waits for it long: while it is itself being activated elsewhere the shard goes to
/// the silo that has the highest hash for it, which all silos compute alike; a planned hand-over evens that out later.
/// </summary>
internal sealed partial class ShardPlacementDirector(IGrainFactory grains, ILogger<ShardPlacementDirector> logger) : IPlacementDirector
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (silos.Length == 1)
            return silos[0];
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } handedOver)
            return handedOver;
        var shard = target.GrainIdentity.Key.ToString()!;
        try
        {
            var chosen = await grains.GetGrain<IShardPlacementGrain>(0).Place(shard, [.. silos.Select(silo => silo.ToParsableString())]).WaitAsync(s_patience);
            if (chosen is not null && Array.Find(silos, silo => silo.ToParsableString() == chosen) is { } found)
                return found;
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            LogNotAsked(fault, shard);
        }

        return silos.MaxBy(silo => HashOf(shard, silo))!;
    }

    /// <summary>Rendezvous hashing (Thaler and Ravishankar, 1998): each shard has its own order of the silos.</summary>
    private static uint HashOf(string shard, SiloAddress silo) => StableHash.ComputeHash($"{shard}@{silo.ToParsableString()}");

    [LoggerMessage(1, LogLevel.Warning, "The placement of shard {Shard} was not told in time: it is chosen by hash")]
    private partial void LogNotAsked(Exception fault, string shard);
}

using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace ClipOrleans.Grains.Placement;

/// <summary>A grain whose key is the address of the silo where it is to be.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SiloPlacementAttribute() : PlacementAttribute(SiloPlacement.Instance);

[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("clip.SiloPlacement")]
internal sealed class SiloPlacement : PlacementStrategy
{
    public static SiloPlacement Instance { get; } = new();
}

internal sealed class SiloPlacementDirector : IPlacementDirector
{
    /// <exception cref="SiloUnavailableException">The silo is not, or not any more, in the cluster.</exception>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var wanted = target.GrainIdentity.Key.ToString()!;
        var found = Array.Find(context.GetCompatibleSilos(target), silo => silo.ToParsableString() == wanted);
        return found is null
            ? throw new SiloUnavailableException($"The silo {wanted} is not in the cluster.")
            : Task.FromResult(found);
    }
}

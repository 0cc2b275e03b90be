using ClipOrleans.Grains.Shards;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ClipOrleans.Grains.Placement;

/// <summary>Installs the placement of shards.</summary>
internal static class PlacementSetup
{
    public static void AddShardPlacement(this IServiceCollection services)
    {
        services.AddPlacementDirector<ShardPlacement, ShardPlacementDirector>();
        services.AddPlacementDirector<SiloPlacement, SiloPlacementDirector>();
        services.TryAddSingleton<LocalShards>();
        services.TryAddSingleton<ShardSearcher>();
        services.TryAddSingleton<SiloPresence>();
        services.TryAddSingleton<ShardMover>();
        services.AddSingleton<SiloReporter>();
        services.AddHostedService(static provider => provider.GetRequiredService<SiloReporter>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ShardDrain>();
    }
}

using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Shards;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace ClipOrleans.Grains.Tests;

/// <summary>Silos with the real grains, the real engine and one data folder; calls go through real serialization.</summary>
internal sealed class GrainsCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private GrainsCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => _cluster.Client;

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public InProcessTestCluster Silos => _cluster;

    public static async Task<GrainsCluster> StartAsync(string dataFolder, Action<IServiceCollection>? configure = null, int silos = 1)
    {
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            // As in a cluster of processes: a shard is taken from a silo that has died.
            if (silos > 1)
                silo.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ShardOwners>(provider, true));
            silo.AddClipOrleansGrains();
            silo.Services.Configure<StorageSettings>(storage => (storage.Path, storage.WarmUp) = (dataFolder, false));
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            configure?.Invoke(silo.Services);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new GrainsCluster(cluster);
    }

    public ITenantGrain Tenant(string id) => Grains.GetGrain<ITenantGrain>(id);

    public IIndexGrain Index(string tenant, string name) => Grains.GetGrain<IIndexGrain>($"{tenant}/{name}");

    public IShardGrain Shard(string tenant, string index, long incarnation, int shard) =>
        Grains.GetGrain<IShardGrain>(new ShardKey(TenantId.Parse(tenant), index, incarnation, shard).ToString());

    /// <summary>The encoder of the only silo.</summary>
    public async Task<IEncoderGrain> EncoderAsync() => Grains.GetGrain<IEncoderGrain>(Assert.Single(await Grains.GetGrain<ISiloGrain>(0).GetMembers()).Address);

    /// <summary>Ends an activation; returns when it has ended.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}

using ClipOrleans.Clip.Models;
using ClipOrleans.Grains.Catalog;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Replicas;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Grains.Snapshots;
using ClipOrleans.Grains.Tenants;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace ClipOrleans.Grains;

/// <summary>The one door of this project.</summary>
public static class GrainsSetup
{
    /// <summary>Closing a shard forces its log; a silo that leaves closes all of its shards.</summary>
    private static readonly TimeSpan s_deactivationTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How often idle activations are looked for: more often than the shortest Storage:IdleMinutes, or Orleans refuses to start.</summary>
    private static readonly TimeSpan s_collectionQuantum = TimeSpan.FromSeconds(20);

    /// <summary>The folder with the models that are shipped, beside the program.</summary>
    public static string ShippedModels => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>How a catalog in a store of the cluster is written there.</summary>
    public static IGrainStorageSerializer CatalogSerializer { get; } = new CatalogJson();

    /// <summary>
    /// Installs the grains that the roles of this silo ask for, their catalog, the search threads and the models. Settings
    /// are read from <see cref="StorageSettings"/>, <see cref="MemorySettings"/>, <see cref="SearchSettings"/>, <see cref="ModelsSettings"/> and
    /// <see cref="EncoderSettings"/>, which the caller binds.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="roles">What it does; everything, if nothing is said.</param>
    /// <param name="catalogStore">The name of the grain storage that holds the catalog; null for the embedded one, which knows one process.</param>
    public static ISiloBuilder AddClipOrleansGrains(this ISiloBuilder silo, SiloRoles? roles = null, string? catalogStore = null)
    {
        var isShared = catalogStore is not null;
        var services = silo.Services;
        roles ??= SiloRoles.All;
        services.AddSingleton(roles);
        services.PostConfigure<GrainTypeOptions>(types => types.Classes.RemoveWhere(type => !GrainRoles.MayHost(roles, type)));
        services.AddOptions<StorageSettings>();
        services.AddOptions<SearchSettings>();
        services.AddOptions<MemorySettings>();
        services.AddOptions<ModelsSettings>();
        services.AddOptions<EncoderSettings>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GrainInstruments>();
        services.TryAddSingleton<SearchPool>();
        services.TryAddSingleton(Maintenance);
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<ShardOwners>(provider, isShared));
        services.TryAddSingleton<MemoryKeeper>();
        services.TryAddSingleton<ShardSurroundings>();
        services.TryAddSingleton<SnapshotFolders>();
        services.TryAddSingleton<TenantFolders>();
        services.TryAddSingleton(OpenFromDisk);
        services.TryAddSingleton(Models);
        services.AddShardPlacement();
        services.AddHostedService<WarmUpService>();
        services.AddHostedService<MemoryWatch>();
        services.AddHostedService<RemovalsService>();
        services.AddSingleton<CatalogStorage>();
        services.AddGrainStorage<IGrainStorage>(CatalogStorage.ProviderName, (provider, _) => catalogStore is null
            ? provider.GetRequiredService<CatalogStorage>()
            : new ClusterCatalog(provider.GetRequiredKeyedService<IGrainStorage>(catalogStore)));

        services.AddOptions<GrainCollectionOptions>().Configure<IOptions<StorageSettings>>(static (collection, storage) =>
        {
            collection.CollectionQuantum = s_collectionQuantum;
            collection.ClassSpecificCollectionAge[typeof(ShardGrain).FullName!] = TimeSpan.FromMinutes(storage.Value.IdleMinutes);
            collection.ClassSpecificCollectionAge[typeof(ShardReplicaGrain).FullName!] = TimeSpan.FromMinutes(storage.Value.IdleMinutes);
            collection.DeactivationTimeout = s_deactivationTimeout;
        });
        services.Configure<SiloMessagingOptions>(static messaging => messaging.CancelRequestOnTimeout = true);
        return silo;
    }

    private static OpenShard OpenFromDisk(IServiceProvider services)
    {
        var (logs, clock) = (services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<TimeProvider>());
        return (directory, options, progress, cancellation) => ShardEngine.OpenAsync(directory, options, logs, clock, progress, cancellation);
    }

    private static MaintenanceWorker Maintenance(IServiceProvider services)
    {
        var storage = services.GetRequiredService<IOptions<StorageSettings>>().Value;
        var worker = new MaintenanceWorker(
            new MaintenanceOptions { TrainingThreads = storage.TrainingThreads, MeasuringPercent = storage.MeasuringPercent },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>());
        services.GetRequiredService<GrainInstruments>().WatchMaintenance(worker.Report);
        return worker;
    }

    private static ModelCatalog Models(IServiceProvider services)
    {
        var models = services.GetRequiredService<IOptions<ModelsSettings>>().Value;
        var own = models.Path.Length > 0
            ? models.Path
            : Path.Combine(services.GetRequiredService<IOptions<StorageSettings>>().Value.FullPath, "models");
        return new ModelCatalog(
            [ShippedModels, Path.GetFullPath(own)],
            models.Default,
            services.GetRequiredService<IOptions<EncoderSettings>>().Value.ToOptions(),
            services.GetRequiredService<ILogger<ModelCatalog>>());
    }
}

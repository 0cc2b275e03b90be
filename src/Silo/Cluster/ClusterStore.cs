using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;
using Orleans.Storage;

namespace ClipOrleans.Silo.Cluster;

/// <summary>The store that a cluster keeps its members and its catalog in. It was reached when this was made.</summary>
internal abstract class ClusterStore : IAsyncDisposable
{
    /// <summary>The name under which the catalog's storage is registered.</summary>
    public const string CatalogName = "catalog-store";

    /// <summary>Reaches the store, so that a wrong address is told before anything is started.</summary>
    /// <returns>Null where the process is a cluster by itself.</returns>
    /// <exception cref="StartException">It is not reached, or lacks what it must hold.</exception>
    public static async Task<ClusterStore?> OpenAsync(ClusterSettings settings) => settings.Provider switch
    {
        ClusterProvider.Redis => await RedisStore.OpenAsync(settings.ConnectionString),
        ClusterProvider.Postgres => await PostgresStore.OpenAsync(settings.ConnectionString),
        _ => null,
    };

    /// <summary>What the start block says of it: never a password.</summary>
    public abstract string Description { get; }

    public abstract void AddMembership(ISiloBuilder silo);

    public abstract void AddGateways(IClientBuilder client);

    /// <summary>Registers the storage <see cref="CatalogName"/>.</summary>
    public abstract void AddCatalog(ISiloBuilder silo, IGrainStorageSerializer serializer);

    public abstract ValueTask DisposeAsync();

    protected static StartException Unreachable(string what, string reason) => new(
        $"Cluster:ConnectionString: {what} cannot be used: {reason.TrimEnd('.')}. "
        + "It must be reachable when a process starts; a process that runs goes on without it until it is back.");
}

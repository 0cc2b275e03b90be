using ClipOrleans.Grains.Catalog;
using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Cluster;

/// <summary>A silo that has nothing but its place in the cluster and the catalog's store.</summary>
internal sealed class StoreHost : IAsyncDisposable
{
    private readonly ClusterStore _store;
    private readonly IHost _host;

    private StoreHost(ClusterStore store, IHost host)
    {
        _store = store;
        _host = host;
    }

    public IServiceProvider Services => _host.Services;

    public IGrainStorage Catalog => new ClusterCatalog(Services.GetRequiredKeyedService<IGrainStorage>(ClusterStore.CatalogName));

    public static async Task<StoreHost> StartAsync(string provider, string connectionString, Action<ISiloBuilder>? configure = null)
    {
        var settings = new ClusterSettings { Provider = provider, ConnectionString = connectionString, AdvertisedAddress = "127.0.0.1" };
        var store = (await ClusterStore.OpenAsync(settings))!;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.AddCluster(settings, store);
            store.AddCatalog(silo, GrainsSetup.CatalogSerializer);
            configure?.Invoke(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new StoreHost(store, host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _store.DisposeAsync();
    }
}

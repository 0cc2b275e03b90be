using ClipOrleans.Grains.Tests.Cluster;
using ClipOrleans.Silo.Configuration;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Catalog;

// As CatalogContract says.
public sealed class PostgresCatalogTests(PostgresDatabase database) : CatalogContract, IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private StoreHost _host = null!;

    internal override IGrainStorage Catalog => _host.Catalog;

    public async ValueTask InitializeAsync()
    {
        await database.EmptyAsync();
        _host = await StoreHost.StartAsync(ClusterProvider.Postgres, database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }
}

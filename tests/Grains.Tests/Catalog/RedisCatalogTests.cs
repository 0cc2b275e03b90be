using ClipOrleans.Contracts.Errors;
using ClipOrleans.Grains.Tests.Cluster;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Stores;
using Orleans.Storage;

namespace ClipOrleans.Grains.Tests.Catalog;

// As CatalogContract says, and of a store that goes away.
public sealed class RedisCatalogTests : CatalogContract, IAsyncLifetime
{
    private RedisServer _server = null!;
    private StoreHost _host = null!;

    internal override IGrainStorage Catalog => _host.Catalog;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.RunAsync();
        _host = await StoreHost.StartAsync(ClusterProvider.Redis, _server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_is_away_is_told_as_such_and_what_it_was_told_is_there_when_it_is_back()
    {
        var acme = GrainId.Create("tenant", "acme");
        await Catalog.WriteStateAsync("tenant", acme, Acme(lastIncarnation: 1));
        await _server.KillAsync();
        await Assert.ThrowsAsync<CatalogUnavailableException>(() => ReadAsync(acme));
        await Assert.ThrowsAsync<CatalogUnavailableException>(() => Catalog.WriteStateAsync("tenant", acme, Acme(lastIncarnation: 2)));

        await _server.StartAsync();
        var read = await ReadAsync(acme);
        Assert.Equal(1, read.State!.LastIncarnation);
    }
}

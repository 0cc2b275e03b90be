using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;
using ClipOrleans.Stores;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Grains.Tests.Cluster;

// Danger: a start that hangs or ends in a stack trace because the store is away, empty or misspelt; silos that do not find
// each other; tables made twice by two who start at once.
// Invariant: what is wrong is told with its key and what to do; making the tables again changes nothing.
// Method: real servers, and none where one is asked for.
public sealed class ClusterStoreTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData(ClusterProvider.Redis, "127.0.0.1:1", "Redis at 127.0.0.1:1")]
    [InlineData(ClusterProvider.Redis, "password=x", "no Redis server")]
    [InlineData(ClusterProvider.Redis, "redis:1,nonsense=1", "no address of Redis")]
    [InlineData(ClusterProvider.Postgres, "Host=127.0.0.1;Port=1", "PostgreSQL at 127.0.0.1:1")]
    [InlineData(ClusterProvider.Postgres, "Database=x", "no server")]
    [InlineData(ClusterProvider.Postgres, "Nonsense=1", "none of PostgreSQL")]
    public async Task A_store_that_cannot_be_used_is_told_with_its_key(string provider, string connectionString, string words)
    {
        var fault = await Assert.ThrowsAsync<StartException>(() => ClusterStore.OpenAsync(new ClusterSettings { Provider = provider, ConnectionString = connectionString }));
        Assert.Contains("Cluster:ConnectionString", fault.Message, StringComparison.Ordinal);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_never_told()
    {
        foreach (var (provider, connectionString) in new[] { (ClusterProvider.Redis, "127.0.0.1:1,password=secret"), (ClusterProvider.Postgres, "Host=127.0.0.1;Port=1;Password=secret") })
        {
            var fault = await Assert.ThrowsAsync<StartException>(() => ClusterStore.OpenAsync(new ClusterSettings { Provider = provider, ConnectionString = connectionString }));
            Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_without_tables_is_refused_with_the_command_that_makes_them()
    {
        await database.ExecuteAsync("CREATE DATABASE empty");
        var fault = await Assert.ThrowsAsync<StartException>(() => ClusterStore.OpenAsync(Postgres(database.ConnectionString.Replace("Database=postgres", "Database=empty", StringComparison.Ordinal))));
        Assert.Contains("clip cluster init --provider postgres", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_are_made_once_however_often_and_by_how_many_they_are_asked_for()
    {
        await database.ExecuteAsync("DROP SCHEMA cliporleans CASCADE");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.MakeTablesAsync(TextWriter.Null)));
        await using (var host = await StoreHost.StartAsync(ClusterProvider.Postgres, database.ConnectionString))
        {
            using var said = new StringWriter();
            await database.MakeTablesAsync(said);
            Assert.Contains("already", said.ToString(), StringComparison.Ordinal);
            Assert.Equal(1, ActiveSilos(host));
        }
    }

    [Fact]
    public async Task Silos_find_each_other_through_PostgreSQL()
    {
        await database.EmptyAsync();
        await FindEachOtherAsync(ClusterProvider.Postgres, database.ConnectionString);
    }

    [Fact]
    public async Task Silos_find_each_other_through_Redis()
    {
        await using var server = await RedisServer.RunAsync();
        await FindEachOtherAsync(ClusterProvider.Redis, server.ConnectionString);
    }

    private static async Task FindEachOtherAsync(string provider, string connectionString)
    {
        await using var first = await StoreHost.StartAsync(provider, connectionString);
        await using (var second = await StoreHost.StartAsync(provider, connectionString))
            Assert.Equal(2, ActiveSilos(second));
        await using var third = await StoreHost.StartAsync(provider, connectionString);
        Assert.Equal(2, ActiveSilos(third));
    }

    private static int ActiveSilos(StoreHost host) => host.Services.GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatuses(onlyActive: true).Count;

    private static ClusterSettings Postgres(string connectionString) => new() { Provider = ClusterProvider.Postgres, ConnectionString = connectionString };
}

using ClipOrleans.Silo.Startup;
using Orleans.Storage;
using StackExchange.Redis;

namespace ClipOrleans.Silo.Cluster;

/// <summary>Members and catalog in Redis, by the providers of Orleans, over one connection.</summary>
internal sealed class RedisStore : ClusterStore
{
    private const int ConnectMilliseconds = 5_000;

    private readonly ConfigurationOptions _options;
    private readonly ConnectionMultiplexer _connection;

    private RedisStore(ConfigurationOptions options, ConnectionMultiplexer connection)
    {
        _options = options;
        _connection = connection;
    }

    public override string Description => $"redis at {string.Join(", ", _options.EndPoints)}";

    /// <exception cref="StartException">It is not reached.</exception>
    public static async Task<RedisStore> OpenAsync(string connectionString)
    {
        var options = Parse(connectionString);
        var where = $"Redis at {string.Join(", ", options.EndPoints)}";
        try
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().PingAsync();
            return new RedisStore(options, connection);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            throw Unreachable(where, FirstSentence(fault.Message));
        }
    }

    public override void AddMembership(ISiloBuilder silo) => silo.UseRedisClustering(options =>
    {
        options.ConfigurationOptions = _options;
        options.CreateMultiplexer = _ => Connection();
    });

    public override void AddGateways(IClientBuilder client) => client.UseRedisClustering(options =>
    {
        options.ConfigurationOptions = _options;
        options.CreateMultiplexer = _ => Connection();
    });

    public override void AddCatalog(ISiloBuilder silo, IGrainStorageSerializer serializer) => silo.AddRedisGrainStorage(CatalogName, options =>
    {
        options.ConfigurationOptions = _options;
        options.CreateMultiplexer = _ => Connection();
        options.DeleteStateOnClear = true;
        options.GrainStorageSerializer = serializer;
    });

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task<(IConnectionMultiplexer, bool)> Connection() => Task.FromResult<(IConnectionMultiplexer, bool)>((_connection, true));

    private static ConfigurationOptions Parse(string connectionString)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connectionString);
            if (options.EndPoints.Count == 0)
                throw new StartException("Cluster:ConnectionString: it names no Redis server; one looks like redis-1:6379,password=…");
            options.ClientName = "cliporleans";
            options.AbortOnConnectFail = true;
            options.ConnectTimeout = Math.Min(options.ConnectTimeout, ConnectMilliseconds);
            return options;
        }
        catch (ArgumentException fault)
        {
            throw new StartException($"Cluster:ConnectionString: this is no address of Redis ({fault.GetType().Name}); one looks like redis-1:6379,password=…");
        }
    }

    /// <summary>The rest of what the client says is the state of its threads.</summary>
    private static string FirstSentence(string message) => message.Split(". ", 2)[0].Split(" (", 2)[0];
}

using ClipOrleans.Silo.Startup;
using Npgsql;
using Orleans.Storage;

namespace ClipOrleans.Silo.Cluster;

/// <summary>Members and catalog in PostgreSQL, by the providers of Orleans, in the tables of <see cref="PostgresSchema"/>.</summary>
internal sealed class PostgresStore : ClusterStore
{
    private const string Invariant = "Npgsql";

    private readonly NpgsqlConnectionStringBuilder _connection;

    private PostgresStore(NpgsqlConnectionStringBuilder connection) => _connection = connection;

    public override string Description => $"postgres at {_connection.Host}:{_connection.Port}, database {_connection.Database ?? _connection.Username}";

    /// <exception cref="StartException">It is not reached, or has not the tables of this version.</exception>
    public static async Task<PostgresStore> OpenAsync(string connectionString)
    {
        var store = new PostgresStore(Parse(connectionString));
        try
        {
            await using var connection = new NpgsqlConnection(store._connection.ConnectionString);
            await connection.OpenAsync();
            var version = await PostgresSchema.VersionAsync(connection, CancellationToken.None);
            return version >= PostgresSchema.Version ? store : throw new StartException(
                $"Cluster:ConnectionString: the database {connection.Database} at {store._connection.Host} "
                + (version is 0 ? "has no tables for a cluster yet" : $"has the tables of version {version}, and this version needs {PostgresSchema.Version}")
                + ". Make them with: clip cluster init --provider postgres --connection-string \"…\" (it changes nothing that is there).");
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            throw Unreachable($"PostgreSQL at {store._connection.Host}:{store._connection.Port}", Reason(fault));
        }
    }

    /// <exception cref="StartException">It is no connection string.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "cliporleans", SearchPath = PostgresSchema.Name };
            return string.IsNullOrEmpty(parsed.Host) ? throw new StartException("Cluster:ConnectionString: it names no server; one looks like Host=db;Username=…;Password=…;Database=…") : parsed;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new StartException($"Cluster:ConnectionString: this is none of PostgreSQL ({fault.GetType().Name}); one looks like Host=db;Username=…;Password=…;Database=…");
        }
    }

    /// <summary>What the server or the system says, without what the client wraps around it.</summary>
    public static string Reason(Exception fault) => fault is PostgresException told ? told.MessageText : (fault.InnerException ?? fault).Message;

    public override void AddMembership(ISiloBuilder silo) => silo.UseAdoNetClustering(options =>
    {
        options.Invariant = Invariant;
        options.ConnectionString = _connection.ConnectionString;
    });

    public override void AddGateways(IClientBuilder client) => client.UseAdoNetClustering(options =>
    {
        options.Invariant = Invariant;
        options.ConnectionString = _connection.ConnectionString;
    });

    public override void AddCatalog(ISiloBuilder silo, IGrainStorageSerializer serializer) => silo.AddAdoNetGrainStorage(CatalogName, options =>
    {
        options.Invariant = Invariant;
        options.ConnectionString = _connection.ConnectionString;
        options.DeleteStateOnClear = true;
        options.GrainStorageSerializer = serializer;
    });

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

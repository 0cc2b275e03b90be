using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Stores;
using Npgsql;

namespace ClipOrleans.Grains.Tests.Cluster;

/// <summary>A PostgreSQL with the tables of a cluster, for the tests of one class.</summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    private PostgresServer _server = null!;

    public string ConnectionString => _server.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.RunAsync();
        await MakeTablesAsync(TextWriter.Null);
    }

    /// <summary>As <c>clip cluster init</c> does.</summary>
    internal Task<int> MakeTablesAsync(TextWriter output) =>
        ClusterVerb.RunAsync(new ClusterArguments(ClusterProvider.Postgres, ConnectionString), output, CancellationToken.None);

    internal Task EmptyAsync() => ExecuteAsync("TRUNCATE cliporleans.grain_state, cliporleans.membership CASCADE");

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

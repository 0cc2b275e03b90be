using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;
using Npgsql;

namespace ClipOrleans.Silo.Cluster;

/// <summary><c>cluster init</c>: makes in a store what a cluster needs there. Nothing is hosted.</summary>
internal static class ClusterVerb
{
    /// <returns>0: the store is as it must be.</returns>
    /// <exception cref="StartException">The store is not reached, or does not let us.</exception>
    public static async Task<int> RunAsync(ClusterArguments arguments, TextWriter output, CancellationToken cancel)
    {
        if (arguments.Provider is ClusterProvider.Redis)
        {
            await using var store = await RedisStore.OpenAsync(arguments.ConnectionString);
            await output.WriteLineAsync($"{store.Description} is reached; it needs nothing to be made.");
            return 0;
        }

        var parsed = PostgresStore.Parse(arguments.ConnectionString);
        try
        {
            await using var connection = new NpgsqlConnection(parsed.ConnectionString);
            await connection.OpenAsync(cancel);
            var before = await PostgresSchema.ApplyAsync(connection, cancel);
            await output.WriteLineAsync(before == PostgresSchema.Version
                ? $"{connection.Database} at {parsed.Host} has the tables of version {before} already; its queries are as this version has them."
                : $"{connection.Database} at {parsed.Host} now has the tables of version {PostgresSchema.Version} in the schema {PostgresSchema.Name}.");
            return 0;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            throw new StartException($"PostgreSQL at {parsed.Host}:{parsed.Port}: {PostgresStore.Reason(fault)}. Nothing was changed.");
        }
    }
}

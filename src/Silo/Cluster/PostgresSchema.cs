using System.Globalization;
using Npgsql;

namespace ClipOrleans.Silo.Cluster;

/// <summary>The tables that a cluster needs in PostgreSQL, as <c>postgres-*.sql</c> make them, one file a version.</summary>
internal static class PostgresSchema
{
    /// <summary>The schema in which everything stands.</summary>
    public const string Name = "cliporleans";

    /// <summary>The newest version, which this program needs.</summary>
    public const int Version = 1;

    /// <summary>Any number that nobody else takes in this database: two who make the tables at once wait for each other.</summary>
    private const long AdvisoryLock = 0x436C_6970_4F72_6C73;

    private const int Attempts = 5;

    /// <returns>The version that the database has; 0 when it has none.</returns>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('{Name}.schema_version') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancel) is not true)
            return 0;
        await using var newest = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {Name}.schema_version", connection);
        return Convert.ToInt32(await newest.ExecuteScalarAsync(cancel), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes what is missing, all of it or nothing.</summary>
    /// <returns>The version before.</returns>
    public static async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ApplyOnceAsync(connection, cancel);
            }
            catch (PostgresException fault) when (attempt < Attempts
                && fault.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable)
            {
                // Who waited for the lock may know the names of before it: the server learns of new ones when a transaction begins.
            }
        }
    }

    private static async Task<int> ApplyOnceAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using (var alone = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AdvisoryLock})", connection, transaction))
            await alone.ExecuteNonQueryAsync(cancel);
        var before = await VersionAsync(connection, cancel);
        for (var version = 1; version <= Version; version++)
        {
            await using var script = new NpgsqlCommand(Script(version), connection, transaction);
            await script.ExecuteNonQueryAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
        return before;
    }

    private static string Script(int version)
    {
        using var stream = typeof(PostgresSchema).Assembly.GetManifestResourceStream($"ClipOrleans.Silo.Cluster.postgres-{version}.sql")
            ?? throw new InvalidOperationException($"The script of version {version} is not part of the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

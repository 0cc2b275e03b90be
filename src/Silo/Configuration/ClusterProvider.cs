namespace ClipOrleans.Silo.Configuration;

/// <summary>The values of <c>Cluster:Provider</c>.</summary>
internal static class ClusterProvider
{
    public const string Localhost = "localhost";
    public const string Redis = "redis";
    public const string Postgres = "postgres";
}

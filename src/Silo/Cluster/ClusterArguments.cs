using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Silo.Cluster;

/// <summary>What <c>cluster init</c> was called with; what it was not told it takes from the settings.</summary>
internal sealed record ClusterArguments(string Provider, string ConnectionString)
{
    private const string Use = "cluster init: it takes --provider redis|postgres and --connection-string \"…\"; "
        + "without them it takes Cluster:Provider and Cluster:ConnectionString of the environment";

    /// <returns>Null when the process was called for something else.</returns>
    /// <exception cref="StartException">It is for this, and wrong.</exception>
    public static ClusterArguments? Parse(string[] args)
    {
        if (args is not ["cluster", .. var rest])
            return null;
        if (rest is not ["init", .. var options] || options.Length % 2 != 0)
            throw new StartException($"{Use}.");

        var settings = ConfigurationSources.Own([]).GetSection(ClusterSettings.Section).Get<ClusterSettings>() ?? new ClusterSettings();
        var (provider, connectionString) = (settings.Provider, settings.ConnectionString);
        for (var i = 0; i < options.Length; i += 2)
        {
            switch (options[i])
            {
                case "--provider":
                    provider = options[i + 1];
                    break;
                case "--connection-string":
                    connectionString = options[i + 1];
                    break;
                default:
                    throw new StartException($"'{options[i]}' is not understood. {Use}.");
            }
        }

        return provider is ClusterProvider.Redis or ClusterProvider.Postgres && connectionString.Length > 0
            ? new ClusterArguments(provider, connectionString)
            : throw new StartException($"{Use}.");
    }
}

using System.Collections;

namespace ClipOrleans.Silo.Configuration;

/// <summary>Where settings come from; the later wins: appsettings.json beside the program, the environment, the command line.</summary>
internal static class ConfigurationSources
{
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary><c>ClipOrleans__Storage__Path</c> is <c>Storage:Path</c>.</summary>
    private const string EnvironmentPrefix = "ClipOrleans__";

    /// <summary>What the operator set for ClipOrleans, and nothing else.</summary>
    public static IConfigurationRoot Own(string[] args) => AddOwn(new ConfigurationBuilder(), args).Build();

    /// <summary>
    /// Everything that hosting reads. The environment at large is left out: a variable of another program that happens to
    /// be called Search__Something is none of our settings.
    /// </summary>
    public static void AddAll(IConfigurationBuilder configuration, string[] args)
    {
        configuration.Sources.Clear();
        configuration
            .AddInMemoryCollection([new("urls", DefaultUrls)])
            .AddInMemoryCollection(TelemetryVariables())
            .AddEnvironmentVariables("DOTNET_")
            .AddEnvironmentVariables("ASPNETCORE_");
        AddOwn(configuration, args);
    }

    private static IConfigurationBuilder AddOwn(IConfigurationBuilder configuration, string[] args) => configuration
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
        .AddEnvironmentVariables(EnvironmentPrefix)
        .AddCommandLine(args);

    /// <summary>OpenTelemetry reads its standard variables from the configuration.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> TelemetryVariables() =>
        from DictionaryEntry variable in Environment.GetEnvironmentVariables()
        where variable.Key is string name && name.StartsWith("OTEL_", StringComparison.Ordinal)
        select new KeyValuePair<string, string?>((string)variable.Key, variable.Value as string);
}

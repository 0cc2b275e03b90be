using ClipOrleans.Clip.Models;
using ClipOrleans.Gateway;
using ClipOrleans.Grains;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Cluster.Tls;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Silo;

/// <summary>The process, put together: settings, cluster, grains, gateway, telemetry, as its roles ask for them.</summary>
internal static class SiloApplication
{
    /// <summary>How long the process takes at most to close what is open after it was asked to stop.</summary>
    private static readonly TimeSpan s_shutdown = TimeSpan.FromMinutes(3);

    /// <summary>Checks everything an operator set, as a whole.</summary>
    /// <exception cref="StartException">Something is wrong with it.</exception>
    public static ProcessSettings Check(string[] args)
    {
        var problems = CommandLine.Problems(args).Concat(SettingsCheck.Problems(ConfigurationSources.Own(args), SettingsSection.All)).ToList();
        if (problems.Count > 0 && problems.Exists(static problem => problem.StartsWith("Roles", StringComparison.OrdinalIgnoreCase)))
            throw StartException.For(problems);
        using var all = new ConfigurationManager();
        ConfigurationSources.AddAll(all, args);
        var roles = (all.Get<RoleSettings>() ?? new RoleSettings()).ToRoles();
        if (roles.HasGateway && ListenAddresses.Problem(all) is { } exposed)
            problems.Add(exposed);
        if (problems.Count > 0)
            throw StartException.For(problems);
        var settings = ProcessSettings.Of(all);
        var together = settings.Problems().ToList();
        return together.Count > 0 ? throw StartException.For(together) : settings;
    }

    /// <param name="args">The command line.</param>
    /// <param name="settings">What it says, checked.</param>
    /// <param name="store">The store of the cluster; null where the process is one by itself.</param>
    public static WebApplication Build(string[] args, ProcessSettings settings, ClusterStore? store)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        ConfigurationSources.AddAll(builder.Configuration, args);
        ListenAddresses.AddManagement(builder.Configuration);
        OperatorKeyFile.Configure(builder.Configuration, settings);
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = s_shutdown;
            // A process that waits for others must say meanwhile that it lives. Alone it answers when it can answer.
            host.ServicesStartConcurrently = settings.IsClustered;
        });
        AddLogging(builder.Logging);
        BindSettings(builder);
        builder.AddTelemetry();
        if (settings.Roles.HasGateway)
            builder.Services.AddClipOrleansGateway(builder.Configuration);
        if (settings.Roles.IsSilo)
            builder.UseOrleans(silo => AddSilo(silo, settings, store));
        else
            builder.UseOrleansClient(client => client.AddCluster(settings.Cluster, store!).AddTls(settings.Tls).AddTelemetry(builder.Configuration));

        var app = builder.Build();
        if (settings.Roles.HasGateway)
            app.MapClipOrleansGateway();
        else
            app.MapSiloHealth();
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    /// <summary>Starts all parts, and with an encoder the default model, so that the first search does not wait for it.</summary>
    /// <exception cref="StartException">There is no default model, or it cannot be used.</exception>
    public static async Task StartAsync(WebApplication app, SiloRoles roles)
    {
        var loading = roles.HasEncoder ? LoadDefaultAsync(app.Services.GetRequiredService<ModelCatalog>()) : Task.CompletedTask;
        try
        {
            await app.StartAsync();
            await loading;
        }
        catch (Exception fault)
        {
            await StopAfterAsync(app, fault);
            throw;
        }
    }

    private static void AddSilo(ISiloBuilder silo, ProcessSettings settings, ClusterStore? store)
    {
        silo.AddCluster(settings.Cluster, store).AddTls(settings.Tls);
        silo.AddTelemetry(silo.Configuration);
        store?.AddCatalog(silo, GrainsSetup.CatalogSerializer);
        silo.AddClipOrleansGrains(settings.Roles, store is null ? null : ClusterStore.CatalogName);
    }

    /// <summary>Stops what had started. Of a host that had not, stopping fails too: that follows from the first failure, which is the one to tell.</summary>
    private static async Task StopAfterAsync(WebApplication app, Exception first)
    {
        try
        {
            await app.StopAsync();
        }
#pragma warning disable CA1031 // Kept with the failure that is told.
        catch (Exception second)
#pragma warning restore CA1031
        {
            first.Data["stopping failed too"] = second.Message;
        }
    }

    private static async Task LoadDefaultAsync(ModelCatalog models)
    {
        try
        {
            await models.GetAsync(models.DefaultModel);
        }
        catch (ModelException fault)
        {
            throw StartException.For([$"Models:Default: '{models.DefaultModel}' cannot be used. {fault.Message}"]);
        }
    }

    private static void BindSettings(WebApplicationBuilder builder)
    {
        Bind<StorageSettings>(builder, StorageSettings.Section);
        Bind<MemorySettings>(builder, MemorySettings.Section);
        Bind<ModelsSettings>(builder, ModelsSettings.Section);
        Bind<EncoderSettings>(builder, EncoderSettings.Section);
        Bind<SearchSettings>(builder, SearchSettings.Section);
        Bind<ClusterSettings>(builder, ClusterSettings.Section);
        Bind<TlsSettings>(builder, TlsSettings.Section);
        Bind<RoleSettings>(builder, RoleSettings.Section);
    }

    /// <summary>Logs go to stderr, one line each: stdout is for the one block that says what runs where.</summary>
    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void Bind<T>(WebApplicationBuilder builder, string section)
        where T : class => builder.Services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}

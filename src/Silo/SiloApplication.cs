using ClipOrleans.Clip.Models;
using ClipOrleans.Gateway;
using ClipOrleans.Grains;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Silo.Configuration;
using ClipOrleans.Silo.Startup;

namespace ClipOrleans.Silo;

/// <summary>The process, put together: settings, cluster, grains, gateway, telemetry.</summary>
internal static class SiloApplication
{
    /// <summary>How long the process takes at most to close what is open after it was asked to stop.</summary>
    private static readonly TimeSpan s_shutdown = TimeSpan.FromMinutes(3);

    /// <summary>Checks everything an operator set, as a whole.</summary>
    /// <returns>Where the data is, since that is needed before anything is built.</returns>
    /// <exception cref="StartException">Something is wrong with it.</exception>
    public static StorageSettings Check(string[] args)
    {
        var problems = CommandLine.Problems(args).Concat(SettingsCheck.Problems(ConfigurationSources.Own(args), SettingsSection.All)).ToList();
        using var all = new ConfigurationManager();
        ConfigurationSources.AddAll(all, args);
        if (ListenAddresses.Problem(all) is { } exposed)
            problems.Add(exposed);
        if (problems.Count > 0)
            throw StartException.For(problems);
        return all.GetSection(StorageSettings.Section).Get<StorageSettings>() ?? new StorageSettings();
    }

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        ConfigurationSources.AddAll(builder.Configuration, args);
        ListenAddresses.AddManagement(builder.Configuration);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_shutdown);
        AddLogging(builder.Logging);

        Bind<StorageSettings>(builder, StorageSettings.Section);
        Bind<ModelsSettings>(builder, ModelsSettings.Section);
        Bind<EncoderSettings>(builder, EncoderSettings.Section);
        Bind<SearchSettings>(builder, SearchSettings.Section);
        Bind<AuthSettings>(builder, AuthSettings.Section);
        Bind<ClusterSettings>(builder, ClusterSettings.Section);
        Bind<RoleSettings>(builder, RoleSettings.Section);

        builder.AddTelemetry();
        builder.Services.AddClipOrleansGateway(builder.Configuration);
        builder.UseOrleans(silo =>
        {
            silo.AddCluster(builder.Configuration.GetSection(ClusterSettings.Section).Get<ClusterSettings>() ?? new ClusterSettings());
            silo.AddTelemetry(builder.Configuration);
            silo.AddClipOrleansGrains();
        });

        var app = builder.Build();
        app.MapClipOrleansGateway();
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    /// <summary>Starts all parts, and the default model with them, so that the first search does not wait for it.</summary>
    /// <exception cref="StartException">There is no default model, or it cannot be used.</exception>
    public static async Task StartAsync(WebApplication app)
    {
        var models = app.Services.GetRequiredService<ModelCatalog>();
        var loading = LoadDefaultAsync(models);
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

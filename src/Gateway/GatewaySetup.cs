using System.Text.Json.Serialization;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Audit;
using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Browsers;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Embeddings;
using ClipOrleans.Gateway.Endpoints;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Ingest;
using ClipOrleans.Gateway.OpenApi;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Search;
using ClipOrleans.Gateway.Snapshots;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Gateway.Tenants;
using ClipOrleans.Gateway.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway;

/// <summary>The HTTP side of the engine. Needs an <see cref="IGrainFactory"/> in the container: a silo's, or a cluster client's.</summary>
public static class GatewaySetup
{
    /// <summary>
    /// Adds the gateway with options from the sections <c>Limits</c>, <c>Fetch</c>, <c>Query</c>, <c>Auth</c>,
    /// <c>Cors</c>, <c>Management</c> and <c>Shutdown</c>. A wrong value stops the start with its key named.
    /// </summary>
    public static IServiceCollection AddClipOrleansGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSection<LimitOptions>(configuration, LimitOptions.Section);
        services.AddSection<FetchOptions>(configuration, FetchOptions.Section);
        services.AddSection<QueryOptions>(configuration, QueryOptions.Section);
        services.AddSection<AuthOptions>(configuration, AuthOptions.Section);
        services.AddSingleton<IValidateOptions<AuthOptions>, OperatorKeyCheck>();
        services.AddSingleton<OperatorKey>();
        services.AddSingleton<KeyGrants>();
        services.AddSection<ManagementOptions>(configuration, ManagementOptions.Section);
        services.AddSection<ShutdownOptions>(configuration, ShutdownOptions.Section);
        services.AddSection<CorsOptions>(configuration, CorsOptions.Section);
        services.AddCors();
        services.AddSingleton<AuditLog>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) => BoundConnections(kestrel, limits.Value));
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolver = GatewayJson.Default;
            json.SerializerOptions.PropertyNamingPolicy = GatewayJson.Default.Options.PropertyNamingPolicy;
            json.SerializerOptions.DefaultIgnoreCondition = GatewayJson.Default.Options.DefaultIgnoreCondition;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Encoder = GatewayJson.Relaxed.Options.Encoder;
        });
        services.AddMetrics();
        services.AddGatewayOpenApi();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<GatewayInstruments>();
        services.AddAdmission();
        services.AddSingleton<RequestReader>();

        services.AddSingleton<GrainCalls>();
        services.AddSingleton<GatewayDrain>();
        services.AddHostedService(static provider => provider.GetRequiredService<GatewayDrain>());
        services.AddSingleton<IndexDirectory>();
        services.AddSingleton<IndexService>();

        services.AddSingleton<TenantService>();
        services.AddSingleton<KeyService>();

        services.AddSingleton<SnapshotService>();
        services.AddSingleton<ArchiveWriter>();
        services.AddSingleton<ArchiveReader>();

        services.TryAddSingleton<FetchNetwork>();
        services.AddSingleton<ImageFetcher>();
        services.AddSingleton<ImageDecoder>();
        services.AddSingleton<EmbeddingCache>();
        services.AddSingleton<ClusterMembers>();
        services.AddSingleton<EncoderPool>();
        services.AddSingleton<EmbeddingService>();
        services.AddSingleton<ModelDirectory>();

        services.AddSingleton<ShardWriter>();
        services.AddSingleton<MeteredWriter>();
        services.AddSingleton<DocumentPreparer>();
        services.AddSingleton<IngestPipeline>();
        services.AddSingleton<DocumentService>();

        services.AddSingleton<QueryEncoder>();
        services.AddSingleton<LegCalls>();
        services.AddSingleton<HitRows>();
        services.AddSingleton<Scatter>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<SearchAnswer>();
        services.AddSingleton<SearchRunner>();
        services.AddSingleton<ScrollService>();
        return services;
    }

    /// <summary>The order in which a request passes the gateway: each step says why it stands where it stands.</summary>
    public static WebApplication MapClipOrleansGateway(this WebApplication app)
    {
        app.UseMiddleware<DrainNotice>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<ErrorBoundary>();
        app.UseMiddleware<ManagementPort>();
        app.UseMiddleware<AdmissionControl>();
        app.UseMiddleware<OpenDoor>();
        app.UseMiddleware<BareStatus>();
        app.UseRouting();
        app.UseConfiguredCors();
        app.UseMiddleware<AccessControl>();
        app.UseMiddleware<TenantAdmission>();
        app.UseMiddleware<TenantRate>();
        app.UseMiddleware<QueryNames>();

        app.MapLandingPage();
        app.MapHealth();
        app.MapGatewayOpenApi();
        var v1 = app.MapGroup("/v1").WithErrors(EndpointConventions.OfAll).WithQuery();
        v1.MapIndexes();
        v1.MapSnapshots();
        v1.MapRestore();
        v1.MapDocuments();
        v1.MapBulk();
        v1.MapSearch();
        v1.MapModels();
        v1.MapOwnKeys();
        var admin = app.MapGroup("/admin/v1").WithErrors(EndpointConventions.OfAll).WithQuery().For(Access.Operator);
        admin.MapCluster();
        admin.MapTenants();
        admin.MapKeysOfTenants();
        return app;
    }

    /// <summary>Against callers who take a connection and do nothing with it; how slowly a body may come is Kestrel's own rule.</summary>
    private static void BoundConnections(KestrelServerOptions kestrel, LimitOptions limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.MaxHeaderSeconds);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(limits.MaxIdleSeconds);
    }

    private static void AddAdmission(this IServiceCollection services)
    {
        services.AddSingleton<Budgets>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<ComputePlaces>();
        services.AddHostedService<CongestionWatch>();
    }

    private static void AddSection<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class
    {
        services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new SectionValidator<T>(section));
    }
}

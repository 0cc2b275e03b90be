using ClipOrleans.Silo.Startup;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClipOrleans.Silo;

/// <summary>
/// Metrics are always there to be scraped at <c>/metrics</c>. Traces cost time in every request and are made only when
/// there is somewhere to send them: OTEL_EXPORTER_OTLP_ENDPOINT.
/// </summary>
internal static class TelemetrySetup
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string OwnName = "ClipOrleans";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("cliporleans", serviceVersion: CommandLine.Version))
            .WithMetrics(metrics => metrics
                .AddMeter(OwnName, "Microsoft.Orleans")
                .AddView(HistogramBuckets.Of)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
        if (!HasCollector(builder.Configuration))
            return;

        telemetry
            .WithTracing(traces => traces
                .AddSource(OwnName, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Storage")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }

    /// <summary>Joins the spans of a request with those of the grains it calls.</summary>
    public static void AddTelemetry(this ISiloBuilder silo, IConfiguration configuration)
    {
        if (HasCollector(configuration))
            silo.AddActivityPropagation();
    }

    /// <inheritdoc cref="AddTelemetry(ISiloBuilder, IConfiguration)"/>
    public static void AddTelemetry(this IClientBuilder client, IConfiguration configuration)
    {
        if (HasCollector(configuration))
            client.AddActivityPropagation();
    }

    private static bool HasCollector(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[OtlpEndpoint]);
}

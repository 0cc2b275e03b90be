using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClipOrleans.Silo;

/// <summary>What a silo without the gateway role answers over HTTP beside its metrics. Live: the process answers. Ready: it takes grains.</summary>
internal static class SiloHealth
{
    public static void MapSiloHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => TypedResults.Json(new Health("live")));
        app.MapGet("/health/ready", Ready);
    }

    private static JsonHttpResult<Health> Ready(IHostApplicationLifetime life) =>
        life.ApplicationStarted.IsCancellationRequested && !life.ApplicationStopping.IsCancellationRequested
            ? TypedResults.Json(new Health("ready"))
            : TypedResults.Json(new Health("loading"), statusCode: (int)HttpStatusCode.ServiceUnavailable);

    private sealed record Health(string Status);
}

using ClipOrleans.Gateway.Auth;
using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Browsers;

/// <summary>Lets pages of the origins that were configured call the API; with none configured nothing of CORS is there.</summary>
internal static class CorsSetup
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    /// <summary>Behind routing and before access, since a browser asks beforehand and shows no key then.</summary>
    public static void UseConfiguredCors(this WebApplication app)
    {
        string[] origins = [.. app.Services.GetRequiredService<IOptions<CorsOptions>>().Value.All];
        if (origins.Length == 0)
            return;
        app.UseCors(policy => policy
            .WithOrigins(origins)
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", Credential.KeyHeader, "Content-Type")
            .WithExposedHeaders("Retry-After", "Location", "ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
            .SetPreflightMaxAge(Remembered));
    }
}

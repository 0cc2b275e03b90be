using ClipOrleans.Clip.Models;
using ClipOrleans.Grains.Configuration;
using ClipOrleans.Silo.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Silo.Startup;

/// <summary>What a person reads when the process is ready: what runs where, and what to try next.</summary>
internal static class StartBlock
{
    public static string For(IServiceProvider services)
    {
        var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = addresses.FirstOrDefault() ?? ConfigurationSources.DefaultUrls;
        var models = services.GetRequiredService<ModelCatalog>().Describe();
        return $"""

            ClipOrleans {CommandLine.Version} is ready.
              address  {string.Join(", ", addresses)}
              data     {services.GetRequiredService<IOptions<StorageSettings>>().Value.FullPath}
              roles    {services.GetRequiredService<IOptions<RoleSettings>>().Value.Roles.Replace(",", ", ", StringComparison.Ordinal)}
              models   {string.Join(", ", models.Select(Words))}
              auth     open: no key is asked for, and only this machine can connect

            Try next
              dotnet run --project src/Cli -c Release -- demo{UrlOption(address)}    fills an index with pictures and finds them by words
              curl -s {address}/v1/models
              {address}/docs    the API, to read and to try
            Ctrl-C stops it.

            """;
    }

    /// <summary>clip looks for the server at the default address.</summary>
    private static string UrlOption(string address) => address == ConfigurationSources.DefaultUrls ? "" : $" --url {address}";

    private static string Words(ModelDescription model) =>
        model.State is ModelState.Faulty ? $"{model.Name} (unusable: {model.Error})"
        : $"{model.Name} ({(model.IsDefault ? "default, " : "")}{model.Dimensions} dimensions)";
}

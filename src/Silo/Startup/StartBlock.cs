using ClipOrleans.Clip.Models;
using ClipOrleans.Silo.Cluster;
using ClipOrleans.Silo.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ClipOrleans.Silo.Startup;

/// <summary>What a person reads when the process is ready: what runs where, and what to try next.</summary>
internal static class StartBlock
{
    /// <param name="services">Of the process that has started.</param>
    /// <param name="settings">What it was started with.</param>
    /// <param name="store">The store of the cluster, if there is one.</param>
    public static string For(IServiceProvider services, ProcessSettings settings, ClusterStore? store)
    {
        var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var lines = new List<string> { "", $"ClipOrleans {CommandLine.Version} is ready." };
        Say("address", string.Join(", ", addresses) + (settings.Roles.HasGateway ? "" : ": health and metrics"));
        if (settings.Roles.HasShard)
            Say("data", settings.Storage.FullPath);
        Say("roles", settings.Roles.ToString());
        if (store is not null)
            Say("cluster", $"{settings.Cluster.ClusterId}, {store.Description}{Silo(services)}");
        if (settings.Roles.HasEncoder)
            Say("models", string.Join(", ", services.GetRequiredService<ModelCatalog>().Describe().Select(Words)));
        if (settings.Roles.HasGateway)
            lines.AddRange(Next(addresses.FirstOrDefault() ?? ConfigurationSources.DefaultUrls, settings, Say));
        return string.Join(Environment.NewLine, [.. lines, "Ctrl-C stops it.", "", ""]);

        void Say(string what, string words) => lines.Add($"  {what,-8} {words}");
    }

    private static string Silo(IServiceProvider services) =>
        services.GetService<ILocalSiloDetails>() is { } silo ? $"; this silo is {silo.Name} at {silo.SiloAddress.Endpoint}" : "";

    private static IEnumerable<string> Next(string address, ProcessSettings settings, Action<string, string> say)
    {
        if (settings.Auth.NeedsKeys)
        {
            say("auth", $"keys: the operator's key {(OperatorKeyFile.PathOf(settings) is { } file ? $"is in {file}" : "is the one of Auth:OperatorKey")}");
            return ["", "Try next", $"  {address}/docs    the API, to read", $"  curl -s {address}/admin/v1/cluster -H 'x-api-key: <the operator's key>'"];
        }

        say("auth", "open: no key is asked for, and only this machine can connect");
        return
        [
            "",
            "Try next",
            $"  dotnet run --project src/Cli -c Release -- demo{UrlOption(address)}    fills an index with pictures and finds them by words",
            $"  curl -s {address}/v1/models",
            $"  {address}/docs    the API, to read and to try",
        ];
    }

    /// <summary>clip looks for the server at the default address.</summary>
    private static string UrlOption(string address) => address == ConfigurationSources.DefaultUrls ? "" : $" --url {address}";

    private static string Words(ModelDescription model) =>
        model.State is ModelState.Faulty ? $"{model.Name} (unusable: {model.Error})"
        : $"{model.Name} ({(model.IsDefault ? "default, " : "")}{model.Dimensions} dimensions)";
}

using System.Globalization;
using System.Net;
using ClipOrleans.Gateway.Options;

namespace ClipOrleans.Silo.Configuration;

/// <summary>The addresses that Kestrel is going to listen on, as far as others can reach them.</summary>
internal static class ListenAddresses
{
    /// <summary>What keeps open access from being open to others, or why the addresses make no sense; null when all is well.</summary>
    public static string? Problem(IConfiguration configuration)
    {
        var needsKeys = configuration[$"{AuthOptions.Section}:{nameof(AuthOptions.Mode)}"] == AuthOptions.KeysMode;
        foreach (var url in All(configuration))
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                return $"urls: '{url}' is no address; one looks like {ConfigurationSources.DefaultUrls}, several are separated by ';'";
            }

            if (!needsKeys && !IsLoopback(address))
            {
                return $"Auth:Mode: 'open' lets everyone in who can reach {url}. Ask for keys (--Auth:Mode={AuthOptions.KeysMode}), "
                    + $"or listen on this machine only (--urls={ConfigurationSources.DefaultUrls})";
            }
        }

        return null;
    }

    /// <summary>
    /// Adds the port of <c>Management:Port</c> on every address to what the server listens on. It is no breach of what
    /// <see cref="Problem"/> demands, since <c>ManagementPort</c> keeps the API off it.
    /// </summary>
    public static void AddManagement(IConfigurationManager configuration)
    {
        var port = configuration.GetValue<int>($"{ManagementOptions.Section}:{nameof(ManagementOptions.Port)}");
        if (port == 0)
            return;
        var url = string.Create(CultureInfo.InvariantCulture, $"http://*:{port}");
        configuration.AddInMemoryCollection([
            configuration.GetSection("Kestrel:Endpoints").GetChildren().Any()
                ? new("Kestrel:Endpoints:Management:Url", url)
                : new("urls", string.Join(';', [.. All(configuration), url])),
        ]);
    }

    /// <summary>Endpoints of the Kestrel section replace the urls, as Kestrel itself has it.</summary>
    private static string[] All(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray();
        return endpoints.Length > 0
            ? endpoints
            : (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe
        || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}

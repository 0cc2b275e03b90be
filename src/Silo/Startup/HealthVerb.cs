using System.Globalization;
using ClipOrleans.Silo.Configuration;

namespace ClipOrleans.Silo.Startup;

/// <summary>
/// <c>health [&lt;address&gt;]</c>: asks a running server whether it is well. For a container's health check, where
/// there is no other program that could ask. Nothing is hosted.
/// </summary>
internal static class HealthVerb
{
    private const string DefaultAddress = ConfigurationSources.DefaultUrls + "/health/live";

    /// <summary>Longer than the server takes at most to say whether it is ready.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    /// <returns>The address to ask, or null when the process was called for something else.</returns>
    public static string? Parse(string[] args) => args switch
    {
        ["health"] => DefaultAddress,
        ["health", var address] when !address.StartsWith('-') => address,
        _ => null,
    };

    /// <returns>0 when the server answers that it is well, 1 when not.</returns>
    public static async Task<int> RunAsync(string address, TextWriter output, TextWriter errors)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync($"'{address}' is no address; one looks like {DefaultAddress}");
            return 1;
        }

        try
        {
            // The server is on this machine: a proxy from the environment would only be in the way.
            using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
            using var http = new HttpClient(handler) { Timeout = s_patience };
            using var answer = await http.GetAsync(uri);
            var said = (await answer.Content.ReadAsStringAsync()).Trim();
            await (answer.IsSuccessStatusCode ? output : errors).WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {said}"));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{address} does not answer: {fault.Message}");
            return 1;
        }
    }
}

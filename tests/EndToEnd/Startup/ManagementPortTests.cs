using System.Net;
using System.Net.Sockets;
using ClipOrleans.EndToEnd.Documents;
using ClipOrleans.EndToEnd.Http;
using ClipOrleans.EndToEnd.Processes;

namespace ClipOrleans.EndToEnd.Startup;

// Danger: the port that probes reach is a back door to the API, which listens on loopback because it asks for no key.
// Invariant: Management:Port serves health and metrics on every address, and nothing else whatever the request says; `health` tells by its exit code.
// Method: a real process asked through an address that is not the API's, and the verb that a container's health check runs.
public sealed class ManagementPortTests
{
    [Fact]
    public async Task Health_and_metrics_are_served_to_others_and_nothing_else_is()
    {
        using var data = new TempFolder();
        var port = FreePort();
        await using var silo = await SiloProcess.StartAsync(data.Path, $"--Management:Port={port}");
        using var outside = new Api(new Uri($"http://{OutsideAddress()}:{port}/"));

        Assert.Equal(HttpStatusCode.OK, (await outside.GetAsync("health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await outside.GetAsync("health/ready")).Status);
        await StoredDocuments.CreateAsync(silo.Api, SyntheticDocument.IndexBody("one", 1));
        await StoredDocuments.UpsertAsync(silo.Api, "one", [new SyntheticDocument(1).Body()]);
        var metrics = await outside.GetAsync("metrics");
        Assert.Equal(HttpStatusCode.OK, metrics.Status);
        Assert.Contains("cliporleans_shard_write_duration_seconds_bucket", metrics.Text, StringComparison.Ordinal);
        Assert.Contains("le=\"0.001\"", metrics.Text, StringComparison.Ordinal); // what takes a millisecond can be told from what takes a second
        foreach (var path in (string[])["", "v1/indexes", "V1/indexes", "docs", "openapi/v1.json", "healthy", "metrics/more", "health/../v1/indexes", "health/%2e%2e/v1/indexes"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await outside.GetAsync(path)).Status);
        }

        using var pretending = new HttpRequestMessage(HttpMethod.Get, "v1/indexes");
        pretending.Headers.Host = silo.Address.Authority;
        Assert.Equal(HttpStatusCode.NotFound, (await outside.SendAsync(pretending)).Status);
        Assert.Equal(HttpStatusCode.OK, (await silo.Api.GetAsync("v1/indexes")).Status);
    }

    [Fact]
    public async Task The_health_verb_tells_by_its_exit_code()
    {
        using var data = new TempFolder();
        await using var silo = await SiloProcess.StartAsync(data.Path);
        Assert.Equal(0, await HealthAsync($"{silo.Address}health/live"));
        Assert.Equal(0, await HealthAsync($"{silo.Address}health/ready"));
        Assert.Equal(1, await HealthAsync($"{silo.Address}v1/indexes/none"));
        Assert.Equal(0, await silo.StopAsync());
        Assert.Equal(1, await HealthAsync($"{silo.Address}health/live"));
        Assert.Equal(1, await HealthAsync("nowhere"));
    }

    private static async Task<int> HealthAsync(string address)
    {
        await using var process = ProgramProcess.Start(BuiltPrograms.Silo, ["health", address], Path.GetTempPath());
        return await process.ExitAsync();
    }

    /// <summary>An address of this machine that is not loopback; where it has none, loopback must do.</summary>
    private static IPAddress OutsideAddress() =>
        Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork).FirstOrDefault(address => !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

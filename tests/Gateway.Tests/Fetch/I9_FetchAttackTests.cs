using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Fetch;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Fetch;

// Danger: a caller names a URL, and whoever runs its server and its resolver chooses what the gateway connects to and reads.
// Invariant: I9: every attack of FetchAttack gets its problem, in bounded time and memory; nothing inside is connected to. docs/fetching.md lists all of them.
// Method: a resolver, a server and redirects of ours that lie; a listener on loopback that must stay alone, and hears the one fetch that is allowed to it.
public sealed class I9_FetchAttackTests(ITestOutputHelper output)
{
    [Fact]
    public async Task I9_Each_attack_gets_its_problem_and_reaches_nothing_inside()
    {
        using var inside = Listen();
        await using var server = new HostileServer(PortOf(inside));
        var network = new HostileNetwork(server.Port);
        await using var host = await StartAsync(network, allowPrivate: false);
        var budgets = host.Services.GetRequiredService<Budgets>();
        var free = budgets.Images.Free;
        var wrong = new List<string>();
        foreach (var attack in FetchAttack.All(PortOf(inside)))
        {
            var slug = await SlugAsync(host, attack.Url);
            output.WriteLine($"{attack.Name}: {slug}");
            if (slug != attack.Slug)
                wrong.Add($"{attack.Name}: {slug} instead of {attack.Slug}");
            Assert.False(inside.Pending(), $"{attack.Name} connected to {attack.Url}");
        }

        Assert.Empty(wrong);
        Assert.All(network.Dialled, address => Assert.Equal(HostileNetwork.Public, address));
        Assert.Equal(free, budgets.Images.Free);
    }

    [Fact]
    public async Task I9_A_name_is_looked_up_once_for_each_connection()
    {
        using var inside = Listen();
        await using var server = new HostileServer(PortOf(inside));
        var network = new HostileNetwork(server.Port);
        await using var host = await StartAsync(network, allowPrivate: false);
        Assert.Equal(Slugs.ImageFetchFailed, await SlugAsync(host, "http://one-answer-each.test/gone"));
        Assert.Equal(1, network.Asked("one-answer-each.test"));
        Assert.Equal([HostileNetwork.Public], network.Dialled);
    }

    [Fact]
    public async Task The_listener_inside_hears_a_fetch_that_is_allowed()
    {
        using var inside = Listen();
        await using var server = new HostileServer(PortOf(inside));
        await using var host = await StartAsync(new HostileNetwork(server.Port), allowPrivate: true);
        foreach (var url in (string[])[$"http://127.0.0.1:{PortOf(inside)}/", $"http://inside.test:{PortOf(inside)}/", "http://public.test/to-inside"])
        {
            Assert.Equal(Slugs.ImageFetchFailed, await SlugAsync(host, url));
            Assert.True(inside.Pending(), url);
            inside.AcceptSocket().Dispose();
        }
    }

    [Fact]
    public void The_page_lists_every_attack_with_its_problem()
    {
        var rows = File.ReadLines(RepositoryPath.Of("docs", "fetching.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.EndsWith("` |", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[0]}: {cells[^1].Trim('`')}");
        Assert.Equal(FetchAttack.All(1).Select(attack => $"{attack.Name}: {attack.Slug}").Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static async Task<string> SlugAsync(GatewayHost host, string url)
    {
        var answer = await host.PutAsync("/v1/indexes/shop/documents/x", JsonSerializer.Serialize(new Dictionary<string, string> { ["imageUrl"] = url }));
        return answer.Status is HttpStatusCode.OK or HttpStatusCode.Created ? "stored" : ((string)answer.Json["type"]!).Split(':')[^1];
    }

    /// <summary>Whoever connects waits in its queue, where <see cref="TcpListener.Pending"/> sees it at once.</summary>
    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task<GatewayHost> StartAsync(HostileNetwork network, bool allowPrivate)
    {
        var host = await GatewayHost.StartAsync(
            services => services.AddSingleton<FetchNetwork>(network),
            ("Fetch:AllowPrivateNetworks", $"{allowPrivate}"),
            ("Fetch:TimeoutSeconds", "2"),
            ("Limits:MaxImageBytes", "100000"));
        await host.CreateIndexAsync();
        return host;
    }
}

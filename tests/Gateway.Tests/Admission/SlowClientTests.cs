using System.Net.Sockets;
using System.Text;
using ClipOrleans.Gateway.Tests.Hosting;

namespace ClipOrleans.Gateway.Tests.Admission;

// Danger: callers who take a connection and send next to nothing, until there are no connections left.
// Invariant: I9: a head that does not come, a connection that asks nothing, and one connection too many are ended; others are served meanwhile.
// Method: bare sockets that send a part and wait for the end.
public sealed class SlowClientTests
{
    [Theory]
    [InlineData("GET /v1/indexes HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")]
    [InlineData("G")]
    public async Task I9_A_head_that_does_not_come_ends_the_connection(string begin)
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxHeaderSeconds", "1"), ("Limits:MaxIdleSeconds", "1"));
        using var client = await ConnectAsync(host);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(begin), TestContext.Current.CancellationToken);
        (await host.GetAsync("/v1/indexes")).Ok();
        var answer = await ReadToEndAsync(client);
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task I9_A_connection_that_asks_nothing_ends()
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxIdleSeconds", "1"));
        using var client = await ConnectAsync(host);
        await client.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 200", await ReadToEndAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task I9_One_connection_too_many_ends_at_once_and_those_before_it_are_served()
    {
        await using var host = await GatewayHost.StartAsync(("Limits:MaxConnections", "2"));
        (await host.GetAsync("/health/live")).Ok();
        using var second = await ConnectAsync(host);
        await second.GetStream().WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var third = await ConnectAsync(host);
        Assert.Equal("", await ReadToEndAsync(third));
        (await host.GetAsync("/health/live")).Ok();
        await second.GetStream().WriteAsync("Connection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 200", await ReadToEndAsync(second), StringComparison.Ordinal);
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHost host)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>All that comes until the server ends the connection; it fails when the server does not.</summary>
    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        var buffer = new byte[4_096];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, patience.Token) is var read and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Reset instead of ended: it is over all the same.
        }

        return text.ToString();
    }
}

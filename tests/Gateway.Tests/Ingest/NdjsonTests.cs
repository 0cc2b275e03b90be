using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipOrleans.Gateway.Tests.Ingest;

// Danger: an answer that waits for the end of a request that waits for the answer; a stream that fills the memory.
// Invariant: each line is answered when its document is durable, in order, while the sender may still be sending; what is in memory is bounded.
// Method: a raw socket, so that nothing buffers in between.
public sealed class NdjsonTests
{
    [Fact]
    public async Task Each_line_is_answered_before_the_next_is_sent()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        var stream = socket.GetStream();
        using var reader = new StreamReader(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/indexes/shop/documents HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"));
        await ReadUntilAsync(reader, "");
        for (var i = 0; i < 5; i++)
        {
            var line = $"{{\"id\":\"{i}\",\"text\":\"red\"}}\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line.Length:x}\r\n{line}\r\n"));
            Assert.Equal($$"""{"id":"{{i}}","status":"created"}""", await ReadUntilAsync(reader, "{"));
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        Assert.Equal("0", await ReadUntilAsync(reader, "0"));
    }

    [Fact]
    public async Task Thousands_of_lines_are_answered_in_order()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync(more: ",\"shards\":3");
        var body = string.Concat(Enumerable.Range(0, 5_000).Select(i => i % 10 == 3 ? "nonsense\n" : $"{{\"id\":\"{i}\",\"vector\":[1,0,0,0,0,0,0,{i}]}}\n"));
        var answer = (await host.SendAsync(HttpMethod.Post, "/v1/indexes/shop/documents", GatewayHost.Bytes(Encoding.UTF8.GetBytes(body), "application/x-ndjson"))).Expect(HttpStatusCode.OK);
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(5_000, lines.Count);
        for (var i = 0; i < lines.Count; i++)
            Assert.Equal(i % 10 == 3 ? (null, "failed") : ($"{i}", "created"), ((string?)lines[i]["id"], (string?)lines[i]["status"]));
        Assert.Equal(4_500, (int)(await host.GetAsync("/v1/indexes/shop")).Ok()["documents"]!);
    }

    [Fact]
    public async Task I9_A_sender_who_goes_away_takes_no_memory_with_him()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateIndexAsync();
        var budgets = host.Services.GetRequiredService<Budgets>();
        var free = budgets.Images.Free;
        var gate = host.Cluster.Faults.Hold("encode");
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(host.Address.Host, host.Address.Port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/indexes/shop/documents HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000000\r\n\r\n"));
            var line = Encoding.ASCII.GetBytes($"{{\"imageBase64\":\"{TestImages.Base64(1, 2, 3, 100, 100)}\"}}\n");
            for (var i = 0; i < 20; i++)
                await stream.WriteAsync(line);
            await PollAsync(() => budgets.Images.Free < free);
        }

        gate.SetResult();
        await PollAsync(() => budgets.Images.Free == free && budgets.Bulk.Held == 0);
        (await host.PutAsync("/v1/indexes/shop/documents/next", "{\"text\":\"red\"}")).Expect(HttpStatusCode.Created);
    }

    private static async Task<string> ReadUntilAsync(StreamReader reader, string start)
    {
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            if (start.Length == 0 ? line.Length == 0 : line.StartsWith(start, StringComparison.Ordinal))
                return line;
        }

        throw new EndOfStreamException($"The answer ended before a line with '{start}'.");
    }

    private static async Task PollAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
            Assert.True(await timer.WaitForNextTickAsync(timeout.Token));
    }
}

using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClipOrleans.Gateway.Tests.Fetch;

/// <summary>The server of an attacker, on a bare socket, since no web server would let itself be so misused.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Func<NetworkStream, Task>> _answers;
    private readonly Task _serving;

    /// <param name="inside">The port of a listener on loopback that nobody may reach.</param>
    public HostileServer(int inside)
    {
        _answers = new Dictionary<string, Func<NetworkStream, Task>>
        {
            ["/to-inside"] = Redirect($"http://127.0.0.1:{inside}/"),
            ["/to-inside-name"] = Redirect($"http://inside.test:{inside}/"),
            ["/to-inside-decimal"] = Redirect($"http://2130706433:{inside}/"),
            ["/to-inside-mapped"] = Redirect($"http://[::ffff:7f00:1]:{inside}/"),
            ["/to-inside-schemeless"] = Redirect($"//[::1]:{inside}/"),
            ["/to-file"] = Redirect("file:///etc/passwd"),
            ["/to-data"] = Redirect("data:image/png;base64,AAAA"),
            ["/to-user"] = Redirect("http://user:secret@public.test/"),
            ["/to-itself"] = Redirect("/to-itself"),
            ["/to-rebound"] = Redirect($"http://rebinds.test:{inside}/"),
            ["/ping"] = Redirect("/pong"),
            ["/pong"] = Redirect("/ping"),
            ["/gone"] = Text("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
            ["/gzip-bomb"] = GzipBomb,
            ["/endless-body"] = stream => Forever(stream, Ok + "\r\n", new string('x', 65_536)),
            ["/endless-chunks"] = stream => Forever(stream, Ok + "Transfer-Encoding: chunked\r\n\r\n", "1000\r\n" + new string('x', 4_096) + "\r\n"),
            ["/endless-head"] = stream => Forever(stream, Ok, "X-More: " + new string('x', 1_000) + "\r\n"),
            ["/endless-header-line"] = stream => Forever(stream, Ok + "X-More: ", new string('x', 1_000)),
            ["/endless-interim"] = stream => Forever(stream, "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
            ["/endless-chunk-extension"] = stream => Forever(stream, Ok + "Transfer-Encoding: chunked\r\n\r\n1;", new string('x', 1_000)),
            ["/dripping-body"] = stream => Drip(stream, Ok + "\r\n"),
            ["/dripping-head"] = stream => Drip(stream, Ok + "X-More: "),
            ["/silent"] = _ => Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token),
            ["/announces-terabyte"] = Text(Ok + "Content-Length: 1099511627776\r\n\r\nx"),
            ["/announces-less-than-nothing"] = Text(Ok + "Content-Length: -1\r\n\r\nx"),
            ["/two-lengths"] = Text(Ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
            ["/huge-chunk"] = Text(Ok + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"),
            ["/breaks-off"] = Text(Ok + "Content-Length: 100\r\n\r\nx"),
            ["/not-http"] = Text("220 mail.public.test ESMTP\r\n"),
            ["/html"] = Text(Ok + "Content-Type: image/png\r\nContent-Length: 7\r\n\r\n<html/>"),
            ["/svg"] = Text(Ok + "Content-Type: image/png\r\n\r\n<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"http://127.0.0.1/\"/></svg>"),
        };
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                var path = (await reader.ReadLineAsync(_stop.Token))?.Split(' ')[1] ?? "/gone";
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                {
                    // The rest of the head says nothing of interest.
                }

                await _answers[path](stream);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The fetcher hung up, as it should; or the test is over.
            }
        }
    }

    /// <summary>Each redirect ends its connection, so that the next hop is a new one that must be checked again.</summary>
    private Func<NetworkStream, Task> Redirect(string to) => Text($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private Func<NetworkStream, Task> Text(string text) => stream => stream.WriteAsync(Encoding.Latin1.GetBytes(text), _stop.Token).AsTask();

    private async Task Forever(NetworkStream stream, string first, string again)
    {
        await Text(first)(stream);
        while (true)
            await Text(again)(stream);
    }

    private async Task Drip(NetworkStream stream, string first)
    {
        await Text(first)(stream);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await second.WaitForNextTickAsync(_stop.Token))
            await Text("x")(stream);
    }

    /// <summary>64 MiB of zeros, packed into 64 KiB.</summary>
    private async Task GzipBomb(NetworkStream stream)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
                await gzip.WriteAsync(zeros, _stop.Token);
        }

        await Text(Ok + $"Content-Type: image/png\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n")(stream);
        await stream.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length), _stop.Token);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ClipOrleans.EndToEnd.Fetching;

/// <summary>A web server in the operator's network that must not be reached: it counts who came, and serves pictures and redirects.</summary>
internal sealed class LocalImageServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _image;
    private readonly Task _serving;
    private readonly ConcurrentQueue<string> _requests = new();

    public LocalImageServer(byte[] image)
    {
        _image = image;
        Port = FreePort();
        _listener.Prefixes.Add($"http://*:{Port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>A URL that answers with the picture.</summary>
    public string Picture => Url("picture");

    /// <summary>A URL that leads to the picture over so many redirects.</summary>
    public string Redirects(int count) => Url($"redirect/{count}");

    public string Url(string path) => $"http://127.0.0.1:{Port}/{path}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // stopped
            }

            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        _requests.Enqueue($"{path} cookie={context.Request.Headers["Cookie"]} authorization={context.Request.Headers["Authorization"]}");
        try
        {
            await WriteAsync(context.Response, path);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException)
        {
            context.Response.Abort(); // the fetcher hung up, as it should on an endless body
        }
    }

    private async Task WriteAsync(HttpListenerResponse response, string path)
    {
        response.Headers["Set-Cookie"] = "crumb=1";
        if (path.StartsWith("/redirect/", StringComparison.Ordinal) && int.Parse(path["/redirect/".Length..], null) is var left and > 0)
        {
            response.StatusCode = 302;
            response.RedirectLocation = left == 1 ? Picture : Redirects(left - 1);
        }
        else if (path == "/to-file")
        {
            response.StatusCode = 302;
            response.RedirectLocation = "file:///etc/hostname";
        }
        else if (path == "/endless")
        {
            response.ContentType = "image/png";
            response.SendChunked = true;
            while (true)
            {
                await response.OutputStream.WriteAsync(new byte[64 * 1024]);
            }
        }
        else if (path == "/picture")
        {
            response.ContentType = "image/webp";
            await response.OutputStream.WriteAsync(_image);
        }
        else
        {
            response.StatusCode = 404;
        }
    }
}

using ClipOrleans.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Gateway.Tests.Fetch;

/// <summary>A web server with pictures and with everything that a web server can do wrong.</summary>
internal sealed class ImageServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ImageServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public List<string> Headers { get; } = [];

    public static async Task<ImageServer> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ImageServer(app);
        var red = TestImages.Bmp(255, 0, 0);
        app.MapGet("/red.bmp", (HttpRequest request) =>
        {
            server.Headers.AddRange(request.Headers.Select(header => $"{header.Key}: {header.Value}"));
            return Results.Bytes(red, "text/plain");
        });
        app.MapGet("/cookie", (HttpResponse response) =>
        {
            response.Cookies.Append("session", "1");
            return Results.Redirect("/red.bmp");
        });
        app.MapGet("/hop/{left:int}", (int left) => Results.Redirect(left == 1 ? "/red.bmp" : $"/hop/{left - 1}"));
        app.MapGet("/loop", () => Results.Redirect("/loop"));
        app.MapGet("/to-file", () => Results.Redirect("file:///etc/passwd"));
        app.MapGet("/to-user", () => Results.Redirect("http://user:secret@127.0.0.1/"));
        app.MapGet("/to-nonsense", (HttpResponse response) =>
        {
            response.StatusCode = 302;
            response.Headers.Location = "http://[nonsense";
        });
        app.MapGet("/gone", () => Results.StatusCode(410));
        app.MapGet("/html", () => Results.Content("<html/>", "image/jpeg"));
        app.MapGet("/announced-large", (HttpResponse response) => response.ContentLength = 1L << 40);
        app.MapGet("/endless", async (HttpContext http) =>
        {
            var chunk = new byte[64 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(chunk, http.RequestAborted);
        });
        app.MapGet("/silent", (HttpContext http) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted));
        app.MapGet("/stalls", async (HttpContext http) =>
        {
            await http.Response.Body.WriteAsync(red.AsMemory(0, 60), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        });
        app.MapGet("/breaks-off", async (HttpContext http) =>
        {
            http.Response.ContentLength = red.Length;
            await http.Response.Body.WriteAsync(red.AsMemory(0, 60), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

using ClipOrleans.Gateway.Options;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Cluster;

/// <summary>
/// Before anything is stopped the load balancer must have noticed: so the gateway says that it is not ready, serves on for
/// a while, and only then lets the host stop.
/// </summary>
internal sealed partial class GatewayDrain(IOptions<ShutdownOptions> options, TimeProvider clock, ILogger<GatewayDrain> logger) : IHostedLifecycleService
{
    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        var seconds = options.Value.DrainSeconds;
        if (seconds == 0)
            return;
        LogDraining(seconds);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's own time to stop is over.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Asked to stop: not ready from now on, and serving {Seconds} s more")]
    private partial void LogDraining(int seconds);
}

/// <summary>While the gateway drains, each answer ends its connection: a client's next request opens one elsewhere. Outermost, since answers of every kind do it.</summary>
internal sealed class DrainNotice(RequestDelegate next, GatewayDrain drain)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (drain.IsDraining && HttpProtocol.IsHttp11(http.Request.Protocol))
            http.Response.Headers.Connection = "close";
        return next(http);
    }
}

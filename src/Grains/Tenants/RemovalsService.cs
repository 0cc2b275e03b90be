using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Tenants;

/// <summary>Once the process has started, removals of tenants that a crash cut short go on.</summary>
internal sealed partial class RemovalsService(IGrainFactory grains, SiloRoles roles, IHostApplicationLifetime host, ILogger<RemovalsService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!roles.HasShard)
            return;
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = host.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            await grains.GetGrain<ITenantRemovalsGrain>(TenantRemovalsGrain.Key).Resume().WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
#pragma warning disable CA1031 // The next start goes on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotAsked(fault);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Whether a removal of a tenant was cut short could not be found out")]
    private partial void LogNotAsked(Exception fault);
}

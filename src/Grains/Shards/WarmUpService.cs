using ClipOrleans.Grains.Configuration;
using ClipOrleans.Storage.Maintenance;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Grains.Shards;

/// <summary>Once the process has started, and beside everything else, the code that opens shards is compiled.</summary>
internal sealed partial class WarmUpService(
    IOptions<StorageSettings> settings, SiloRoles roles, IHostApplicationLifetime host, TimeProvider clock, ILogger<WarmUpService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Value.WarmUp || !roles.HasShard)
            return;
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = host.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            var begun = clock.GetTimestamp();
            await Task.Run(() => ShardWarmUp.RunAsync(Path.Combine(Path.GetTempPath(), $"cliporleans-warm-up-{Guid.NewGuid():N}"), clock, stoppingToken), stoppingToken);
            LogWarm(clock.GetElapsedTime(begun).TotalMilliseconds);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
#pragma warning disable CA1031 // Then the first opening takes a little longer.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogCold(fault);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The code that opens shards is compiled: {Milliseconds:F0} ms")]
    private partial void LogWarm(double milliseconds);

    [LoggerMessage(2, LogLevel.Information, "The code that opens shards could not be tried: the first opening will take a little longer")]
    private partial void LogCold(Exception fault);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Shards;

/// <summary>Open shards grow while they are written and searched: once a second it is looked whether some must go cold.</summary>
internal sealed partial class MemoryWatch(MemoryKeeper keeper, SiloRoles roles, TimeProvider clock, ILogger<MemoryWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!roles.HasShard)
            return;
        using var timer = new PeriodicTimer(s_period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                TryTick();
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private void TryTick()
    {
        try
        {
            keeper.Tick();
        }
#pragma warning disable CA1031 // Whatever it is, the next look is due in a second, and the process must not end by it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotLooked(fault);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The memory of open shards was not looked after")]
    private partial void LogNotLooked(Exception fault);
}

using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Placement;

/// <summary>
/// Tells the placement every other second which shards this silo has and what they cost. A report that is lost is
/// followed by the next one.
/// </summary>
internal sealed partial class SiloReporter(
    IGrainFactory grains, LocalShards shards, ShardMover mover, SiloRoles roles, ILocalSiloDetails silo, TimeProvider clock, ILogger<SiloReporter> logger) : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Less than the shortest Storage:IdleMinutes.</summary>
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(20);

    private long _keptAlive = clock.GetTimestamp();

    /// <summary>At once, out of turn: before a silo drains, and when tests don't want to wait.</summary>
    public async Task ReportAsync()
    {
        var report = new SiloReport(silo.SiloAddress.ToParsableString(), silo.Name, roles.Names, shards.IsDraining, shards.Measure());
        await grains.GetGrain<IShardPlacementGrain>(0).Report(report).WaitAsync(s_patience, clock);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            do
            {
                await TryReportAsync();
                if (clock.GetElapsedTime(_keptAlive) >= s_keepAlive)
                    KeepAlive();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    /// <summary>A shard that is searched together with others is in use, though no call reaches its grain: a call does now.</summary>
    public void KeepAlive()
    {
        _keptAlive = clock.GetTimestamp();
        foreach (var shard in shards.TakeUsedFromOutside())
            mover.StatusAsync(shard).Ignore();
    }

    private async Task TryReportAsync()
    {
        try
        {
            await ReportAsync();
        }
#pragma warning disable CA1031 // Whatever it is, the next report is due in two seconds.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotReported(fault.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The placement of shards does not take this silo's report: {Problem}")]
    private partial void LogNotReported(string problem);
}

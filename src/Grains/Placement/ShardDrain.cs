using System.Diagnostics;
using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Placement;

/// <summary>
/// Before a silo leaves it gives its shards away, warm, while it is still a full member: so nobody finds them closed for
/// longer than a hand-over takes. A silo that is the last one has nobody to give them to and just closes them.
/// </summary>
internal sealed partial class ShardDrain(
    IGrainFactory grains, LocalShards shards, SiloRoles roles, SiloReporter reporter, ISiloStatusOracle oracle, ShardMover mover, TimeProvider clock,
    ILogger<ShardDrain> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private const int AtOnce = 4;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(90);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(ShardDrain), ServiceLifecycleStage.Last, static _ => Task.CompletedTask, DrainAsync);

    private async Task DrainAsync(CancellationToken cancellation)
    {
        shards.IsDraining = true;
        if (!roles.HasShard || oracle.GetApproximateSiloStatuses(onlyActive: true).Count <= 1)
            return;

        var started = Stopwatch.GetTimestamp();
        try
        {
            await reporter.ReportAsync();
            var own = shards.Keys.ToList();
            using var limit = new CancellationTokenSource(s_longest, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            await Parallel.ForEachAsync(own, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (shard, _) => await GiveAwayAsync(shard));
            LogDrained(own.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or OperationCanceledException)
        {
            // What is left is closed with the silo, and opened by whoever is asked for it next.
            LogNotDrained(fault, shards.Keys.Count);
        }
    }

    private async Task GiveAwayAsync(string shard)
    {
        var target = await grains.GetGrain<IShardPlacementGrain>(0).Place(shard, []);
        if (target is not null)
            await mover.MoveAsync(shard, target);
    }

    [LoggerMessage(1, LogLevel.Information, "{Shards} shards were given to other silos in {Milliseconds:F0} ms")]
    private partial void LogDrained(int shards, double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "{Shards} shards were not given to other silos in time")]
    private partial void LogNotDrained(Exception fault, int shards);
}

using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Placement;

/// <summary>
/// One planned hand-over: the new silo reads the files, the old one closes the shard, the new one opens it. Between
/// closing and being open calls wait or are told shard-moving, and come again.
/// </summary>
internal sealed partial class ShardMover(IGrainFactory grains, TimeProvider clock, GrainInstruments instruments, ILogger<ShardMover> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A shard that is not open after this will be, or will tell why it is not: the next move need not wait for it.</summary>
    private static readonly TimeSpan s_longestOpening = TimeSpan.FromSeconds(60);

    /// <returns>Whether the shard serves on <paramref name="target"/>.</returns>
    public async Task<bool> MoveAsync(string shard, string target)
    {
        var started = clock.GetTimestamp();
        try
        {
            await grains.GetGrain<ISiloShardsGrain>(target).Warm(ReplicaKey.ShardOf(shard));
            var closing = clock.GetTimestamp();
            await HandOverAsync(shard, target);
            if (await OpenAsync(shard, target))
            {
                instruments.ShardMoved();
                LogMoved(shard, target, clock.GetElapsedTime(started).TotalMilliseconds, clock.GetElapsedTime(closing).TotalMilliseconds);
                return true;
            }

            LogElsewhere(shard, target);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or IOException)
        {
            LogNotMoved(fault, shard, target);
        }

        instruments.ShardNotMoved();
        return false;
    }

    /// <summary>Asks for a shard until it serves; the first call activates it.</summary>
    /// <returns>Whether it does, on <paramref name="target"/> or, when there is none, anywhere.</returns>
    public async Task<bool> OpenAsync(string shard, string? target)
    {
        var started = clock.GetTimestamp();
        while (clock.GetElapsedTime(started) < s_longestOpening)
        {
            var (state, silo) = await StatusAsync(shard);
            if (state is ShardState.Ready && (target is null || silo == target))
                return true;
            await Task.Delay(s_pause, clock);
        }

        return false;
    }

    /// <summary>Of a shard or a replica; the call activates it and counts as use.</summary>
    public async Task<(ShardState State, string Silo)> StatusAsync(string key)
    {
        if (ReplicaKey.Is(key))
        {
            var replica = await grains.GetGrain<IShardReplicaGrain>(key).GetStatus();
            return (replica.State, replica.SiloAddress);
        }

        var shard = await grains.GetGrain<IShardGrain>(key).GetStatus();
        return (shard.State, shard.SiloAddress);
    }

    private Task HandOverAsync(string key, string target) => ReplicaKey.Is(key)
        ? grains.GetGrain<IShardReplicaGrain>(key).HandOver(target)
        : grains.GetGrain<IShardGrain>(key).HandOver(target);

    [LoggerMessage(1, LogLevel.Information, "Shard {Shard} was handed over to {Target} in {Milliseconds:F0} ms, of which it did not serve for {PauseMilliseconds:F0} ms")]
    private partial void LogMoved(string shard, string target, double milliseconds, double pauseMilliseconds);

    [LoggerMessage(2, LogLevel.Warning, "Shard {Shard} was not handed over to {Target}")]
    private partial void LogNotMoved(Exception fault, string shard, string target);

    [LoggerMessage(3, LogLevel.Warning, "Shard {Shard} does not serve on {Target} after a minute")]
    private partial void LogElsewhere(string shard, string target);
}

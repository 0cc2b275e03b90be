using System.Collections.Immutable;
using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Grains;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace ClipOrleans.Grains.Placement;

/// <summary>
/// The placement of all shards: learns from reports, answers where a shard goes, brings back the shards of silos that
/// died, and evens the loads by one hand-over at a time. All of its knowledge may be lost at any moment.
/// </summary>
[Immovable, KeepAlive, Reentrant]
internal sealed partial class ShardPlacementGrain(
    SiloPresence presence, ShardMover mover, TimeProvider clock, ILogger<ShardPlacementGrain> logger) : Grain, IShardPlacementGrain
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    /// <summary>After an activation all silos must have had time to report before shards are moved on what they said.</summary>
    private static readonly TimeSpan s_learning = SiloReporter.Period * 3;

    /// <summary>Shards of a dead silo that are opened elsewhere at once.</summary>
    private const int ReopenedAtOnce = 8;

    private readonly ShardBalancer _balancer = new();
    private readonly Dictionary<string, (SiloReport Report, DateTimeOffset At)> _reports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShardMove> _moves = new(StringComparer.Ordinal);
    private DateTimeOffset _since;
    private long _moved;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _since = clock.GetUtcNow();
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(s_tick, s_tick) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<string?> Place(string shard, ImmutableArray<string> candidates)
    {
        if (_balancer.TryFind(shard, out var silo) && candidates.Contains(silo) && !_balancer.IsDraining(silo))
            return Task.FromResult<string?>(silo);
        foreach (var candidate in candidates)
        {
            if (!_balancer.Silos.Contains(candidate))
                _balancer.Join(candidate, draining: false);
        }

        var chosen = _balancer.Choose(shard, candidates.IsEmpty ? _balancer.Silos : candidates);
        if (chosen is not null)
            _balancer.Put(shard, chosen, 0, 0);
        return Task.FromResult(chosen);
    }

    public Task Report(SiloReport report)
    {
        if (presence.IsGone(report.Silo))
            return Task.CompletedTask;
        _reports[report.Silo] = (report, clock.GetUtcNow());
        if (!report.Roles.Contains(SiloRoles.Shard))
            return Task.CompletedTask;
        _balancer.Join(report.Silo, report.Draining);
        foreach (var shard in report.Shards)
        {
            // A shard on its way is where it will be, whatever its old silo still says.
            var isLeaving = report.Draining && _balancer.TryFind(shard.Shard, out var next) && next != report.Silo;
            if (!isLeaving && !_moves.ContainsKey(shard.Shard))
                _balancer.Put(shard.Shard, report.Silo, shard.Bytes, shard.Busy);
        }

        var there = report.Shards.Select(shard => shard.Shard).ToHashSet(StringComparer.Ordinal);
        foreach (var closed in _balancer.ShardsOf(report.Silo).Where(shard => !there.Contains(shard) && !_moves.ContainsKey(shard)).ToList())
            _balancer.Forget(closed);
        return Task.CompletedTask;
    }

    public Task<ClusterView> Describe()
    {
        var statuses = presence.Read();
        var silos = statuses.Select(silo =>
        {
            var (report, at) = _reports.TryGetValue(silo.Key, out var known) ? (known.Report, (DateTimeOffset?)known.At) : (null, null);
            return new SiloView(
                silo.Key, report?.Name ?? "", NameOf(silo.Value), report?.Roles ?? [], report?.Draining ?? false, report?.Shards.Length ?? 0,
                report?.Shards.Sum(shard => shard.Bytes) ?? 0, report?.Shards.Sum(shard => shard.Busy) ?? 0, Math.Round(_balancer.LoadOf(silo.Key), 2), at);
        });
        var shards = _reports.Values
            .Where(silo => statuses.GetValueOrDefault(silo.Report.Silo) is not SiloStatus.Dead)
            .SelectMany(silo => silo.Report.Shards.Select(shard => new PlacedShard(silo.Report.Silo, silo.Report.Name, shard)));
        return Task.FromResult(new ClusterView(
            [.. silos.OrderBy(silo => silo.Name, StringComparer.Ordinal).ThenBy(silo => silo.Address, StringComparer.Ordinal)],
            [.. shards.OrderBy(shard => shard.Load.Shard, StringComparer.Ordinal)],
            [.. _moves.Values],
            _moved,
            _since));
    }

    /// <summary>Begins what is to be done and does not wait for it: a move that hangs must not delay the next death.</summary>
    private Task TickAsync(CancellationToken cancellation)
    {
        ReopenAllAsync(BuryDead()).Ignore();
        if (_moves.Count == 0 && clock.GetUtcNow() - _since >= s_learning && _balancer.NextMove() is { } next)
            MoveAsync(next.Shard, next.From, next.To).Ignore();
        return Task.CompletedTask;
    }

    private async Task ReopenAllAsync(List<string> orphans)
    {
        foreach (var some in orphans.Chunk(ReopenedAtOnce))
            await Task.WhenAll(some.Select(ReopenAsync));
    }

    /// <returns>The shards that nobody has now.</returns>
    private List<string> BuryDead()
    {
        var orphans = new List<string>();
        foreach (var silo in _balancer.Silos.Concat(_reports.Keys).Distinct().Where(presence.IsGone).ToList())
        {
            _reports.Remove(silo);
            var had = _balancer.Remove(silo);
            if (had.Count > 0)
                LogDied(silo, had.Count);
            orphans.AddRange(had);
        }

        return orphans;
    }

    private async Task ReopenAsync(string shard)
    {
        try
        {
            await mover.OpenAsync(shard, target: null);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            // The next request for the shard activates it just as well.
            LogNotReopened(fault, shard);
        }
    }

    private async Task MoveAsync(string shard, string from, string to)
    {
        var old = _reports.TryGetValue(from, out var known) ? known.Report.Shards.FirstOrDefault(one => one.Shard == shard) : null;
        _moves[shard] = new ShardMove(shard, from, to, clock.GetUtcNow());
        _balancer.Put(shard, to, old?.Bytes ?? 0, old?.Busy ?? 0);
        try
        {
            if (await mover.MoveAsync(shard, to))
                _moved++;
        }
        finally
        {
            _moves.Remove(shard);
        }
    }

    private static string NameOf(SiloStatus status) => status switch
    {
        SiloStatus.Created or SiloStatus.Joining => "joining",
        SiloStatus.Active => "active",
        SiloStatus.ShuttingDown => "shuttingDown",
        SiloStatus.Stopping => "stopping",
        SiloStatus.Dead => "dead",
        _ => "unknown",
    };

    [LoggerMessage(1, LogLevel.Warning, "Silo {Silo} is dead: its {Shards} shards are opened elsewhere")]
    private partial void LogDied(string silo, int shards);

    [LoggerMessage(2, LogLevel.Warning, "Shard {Shard} of a dead silo is not open again yet")]
    private partial void LogNotReopened(Exception fault, string shard);
}

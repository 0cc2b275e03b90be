using ClipOrleans.Contracts.Cluster;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Grains.Shards;
using ClipOrleans.Storage;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Following;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Replicas;

/// <summary>
/// The life of one replica: a follower of the shard's log, opened in the background and opened anew when it fails. It
/// answers with all that the shard had acknowledged, or not at all: the shard itself is there to be asked.
/// </summary>
/// <param name="key">Which replica.</param>
/// <param name="surroundings">What all shards of the process share.</param>
/// <param name="index">Up to where it must have read.</param>
/// <param name="giveUp">Ends the activation.</param>
internal sealed partial class ReplicaHost(ReplicaKey key, ShardSurroundings surroundings, ReadIndex index, Action giveUp) : ILocalShard, IAsyncDisposable
{
    /// <summary>A record is in the log before it is acknowledged, and is marked there some milliseconds later. Who waits longer than this had better ask the shard.</summary>
    private static readonly TimeSpan s_longestCatchUp = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = surroundings.Logs.CreateLogger<ReplicaHost>();
    private readonly CancellationTokenSource _closing = new();
    private readonly Leased<ShardFollower> _follower = new();
    private readonly OpeningRetry _retry = new(surroundings.Clock);
    private Task _opening = Task.CompletedTask;
    private volatile string? _problem = "It is being opened.";

    public ShardKey Key => key.Shard;

    public ShardMeter Meter { get; } = new();

    public ShardUse Use { get; } = new(surroundings.Clock);

    public GoingCold Cold { get; } = new(giveUp);

    public long BytesInMemory => _follower.Read(static follower => follower.Memory.InMemory);

    /// <summary>Begins to open, and returns at once.</summary>
    public void Begin() => _opening = Task.Run(OpenAsync);

    public async Task<Result<T>> ReadAsync<T>(long? indexVersion, Func<IShardReader, Task<Result<T>>> work)
    {
        using var use = Use.Begin();
        using var lease = _follower.TryUse(out var follower);
        if (follower is null)
            return NotNow(_problem ?? "It is closed.");
        try
        {
            var newest = await index.AskAsync();
            if (!newest.IsSuccess)
                return NotNow(newest.Error.Detail);
            if (!await follower.CatchUpAsync(newest.Value, s_longestCatchUp, _closing.Token))
                return NotNow("It is too far behind the shard.");
            return indexVersion is { } version && version != follower.Descriptor.IndexVersion
                ? NotNow($"It has version {follower.Descriptor.IndexVersion} of the index.")
                : await work(follower);
        }
        catch (Exception fault) when (fault is ShardException or OperationCanceledException or IOException)
        {
            LogUnfit(key, fault.Message);
            return NotNow("It cannot read the shard's files at the moment.");
        }
    }

    public ShardLoad Measure(string name, TimeSpan elapsed)
    {
        var busy = Meter.Measure(elapsed);
        using var lease = _follower.TryUse(out var follower);
        if (follower is null)
            return new ShardLoad(name, ShardState.Loading, 0, 0, 0, busy);
        var stats = follower.Stats;
        return new ShardLoad(name, ShardState.Ready, stats.Epoch, stats.Documents, stats.BytesInMemory + stats.Memory.Mapped, busy);
    }

    public ReplicaStatus Status(ILocalSiloDetails silo)
    {
        using var lease = _follower.TryUse(out var follower);
        if (follower is null)
            return new ReplicaStatus(key.Shard.Shard, key.Number, ShardState.Loading, 0, 0, 0, 0, silo.Name, silo.SiloAddress.ToParsableString(), _problem);
        var (stats, following) = (follower.Stats, follower.Following);
        return new ReplicaStatus(
            key.Shard.Shard, key.Number, ShardState.Ready, stats.Documents, stats.BytesInMemory, stats.Sequence, following.Lag.TotalMilliseconds,
            silo.Name, silo.SiloAddress.ToParsableString(), following.Problem is null ? null : "It does not get on with the shard's log; the server's log tells why.");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _closing.CancelAsync();
            await _opening;
            await _follower.CloseAsync();
        }
        finally
        {
            Cold.End();
        }

        _closing.Dispose();
    }

    private async Task OpenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                using var room = await surroundings.Memory.MakeRoomAsync(key.Shard, _closing.Token);
                _follower.Open(await surroundings.FollowAsync(key.Shard, _closing.Token));
                _problem = null;
                return;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is DirectoryNotFoundException or ShardUnavailableException)
            {
                LogNotOpen(key, fault.Message);
                _problem = "The shard has not been opened by its owner.";
            }
#pragma warning disable CA1031 // Whatever it is: the shard answers without this replica, which tries again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogOpenFailed(fault, key);
                _problem = "Something is wrong with its files or its disk, and the server's log tells what.";
            }

            _retry.PutOff();
            await Task.Delay(_retry.TimeLeft, surroundings.Clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Error NotNow(string why) =>
        Error.RetryLater(Slugs.ShardMoving, $"Replica {key.Number} of shard {key.Shard.Shard} gives no answer: {why}", 1);
}

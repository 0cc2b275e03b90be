using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Errors;
using ClipOrleans.Storage.Fencing;
using ClipOrleans.Storage.Log;
using ClipOrleans.Storage.Maintenance;
using ClipOrleans.Storage.Snapshots;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Storage.Writing;

/// <summary>
/// The one writer of a shard. Requests that wait are encoded together and share one commit; while a group is on its way
/// to the device the next one is encoded. Order per group: append, force, apply, publish, answer: nothing is seen that
/// could still be lost, and nothing is answered that is not yet seen (I1, I3). A failure of the device stops writing, and
/// with it all that was not answered is dropped; <see cref="ShardHealer"/> makes a beginning again when it can.
/// </summary>
internal sealed class ShardWriter
{
    private const int IdsPerDeletion = 10_000;

    private readonly WriteQueue _queue;
    private readonly ShardState _state;
    private readonly IShardLog _log;
    private readonly EpochFence _fence;
    private readonly ManifestFile _manifest;
    private readonly PendingRows _pending = new();
    private readonly RecordPacker _packer;
    private readonly OperationEncoder _encoder;
    private readonly ShardHealer _healer;
    private readonly WriteStop _stop;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private WriteGroup? _inFlight;

    /// <summary>Durable and not visible yet.</summary>
    private WriteGroup? _durable;
    private Task _commit = Task.CompletedTask;
    private long _groupCommits;

    public ShardWriter(
        WriteQueue queue, ShardState state, IShardLog log, EpochFence fence, ManifestFile manifest, ShardHealer healer, WriteStop stop, TimeProvider clock, ILogger logger)
    {
        _healer = healer;
        _stop = stop;
        _clock = clock;
        _queue = queue;
        _state = state;
        _log = log;
        _fence = fence;
        _manifest = manifest;
        _logger = logger;
        _packer = new RecordPacker(log, fence, state.Sequence);
        _encoder = new OperationEncoder(state, log, _packer, _pending, clock, logger);
    }

    /// <summary>Why writing stopped, or null.</summary>
    public ShardException? Stopped => _stop.Reason;

    /// <summary>Looks after what was published; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardMaintenance? Maintenance { get; init; }

    /// <summary>Looks after the log; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardCompaction? Compaction { get; init; }

    /// <summary>Saves what was published now and then; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardSnapshots? Snapshots { get; init; }

    /// <summary>Nothing is acknowledged before this has ended; cancelled: nothing at all.</summary>
    public Task Grace { get; init; } = Task.CompletedTask;

    public long GroupCommits => Interlocked.Read(ref _groupCommits);

    /// <summary>Runs until the queue is closed and empty and the last group is answered.</summary>
    public async Task RunAsync()
    {
        await Grace.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (await NextAsync())
        {
            while (_queue.TryTake(out var request))
            {
                if (_stop.IsDueWhenAsked)
                    await HealAsync();
                if (Grace.IsCanceled)
                    request.Fail(new ShardUnavailableException("The shard is closed."));
                else if (Stopped is { } reason)
                    request.Fail(reason);
                else if (request.TryStart())
                    await HandleAsync(request);
            }
        }

        await FinishCommitAsync();
        _stop.Close();
    }

    /// <summary>Waits for requests; while the shard is stopped it is tried now and then whether it still must be.</summary>
    /// <returns>False once the queue is closed and empty.</returns>
    private async Task<bool> NextAsync()
    {
        var next = _queue.WaitAsync();
        await Task.WhenAny(next, _commit);
        while (!next.IsCompleted && _stop.MayHeal)
        {
            using var ended = new CancellationTokenSource();
            await Task.WhenAny(next, Task.Delay(_stop.Wait, _clock, ended.Token));
            await ended.CancelAsync();
            if (!next.IsCompleted)
                await HealAsync();
        }

        return await next;
    }

    /// <summary>Never throws: as long as it does not help, the shard stays stopped.</summary>
    private async Task HealAsync()
    {
        await FinishCommitAsync();
        _stop.Trying();
        try
        {
            _fence.Check();
            Show();
            await _healer.HealAsync();
            _pending.Clear();
            _packer.Restart(_state.Sequence);
            _stop.Healed(_fence.Epoch);
        }
#pragma warning disable CA1031 // Whatever it is: the shard is read as before, and it is tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _stop.NotHealed(fault);
        }
    }

    private async Task HandleAsync(WriteRequest request)
    {
        try
        {
            switch (request)
            {
                case BatchRequest batch:
                    if (await FillAndCommitAsync(batch) is { } other)
                        await HandleAsync(other);
                    break;
                case DeleteMatchingRequest deletion:
                    await FinishCommitAsync();
                    await DeleteMatchingAsync(deletion);
                    break;
                case ReconfigureRequest reconfiguration:
                    await FinishCommitAsync();
                    await ReconfigureAsync(reconfiguration);
                    break;
                case IStandstillRequest standstill:
                    await FinishCommitAsync();
                    _fence.Check();
                    standstill.Run();
                    break;
                case MoveRequest move:
                    await FinishCommitAsync();
                    await MoveAsync(move);
                    break;
                case TruncateRequest truncation:
                    await FinishCommitAsync();
                    await TruncateAsync(truncation);
                    break;
                case MaintenanceRequest maintenance:
                    await FinishCommitAsync();
                    maintenance.Run();
                    AfterPublish();
                    break;
                default:
                    throw new InvalidOperationException($"A request of type {request.GetType()}.");
            }
        }
        catch (Exception e)
        {
            request.Fail(_stop.Stop(e));
        }
    }

    /// <returns>A request that was taken and is not for this group.</returns>
    private async Task<WriteRequest?> FillAndCommitAsync(BatchRequest first)
    {
        var group = new WriteGroup();
        WriteRequest? other = null;
        try
        {
            await _encoder.EncodeAsync(first, group);
            other = await FillAsync(group);
            await _packer.SealAsync(group);
            group.LastSequence = _packer.Sequence;
        }
        catch (Exception e)
        {
            var reason = _stop.Stop(e);
            first.Fail(reason);
            group.Requests.ForEach(request => request.Fail(reason));
            other?.Fail(reason);
            return null;
        }

        await FinishCommitAsync();
        _inFlight = group;
        _commit = CommitAsync(group);
        return other;
    }

    /// <summary>Takes what waits; and, as long as the device is busy with the group before, what arrives meanwhile.</summary>
    private async Task<WriteRequest?> FillAsync(WriteGroup group)
    {
        while (group.HasRoom)
        {
            if (_queue.TryTake(out var request))
            {
                if (!request.TryStart())
                    continue;
                if (request is not BatchRequest batch)
                    return request;
                await EncodeNextAsync(batch, group);
            }
            else if (_commit.IsCompleted || await Task.WhenAny(_commit, _queue.WaitAsync()) == _commit || _queue.IsDrained)
            {
                return null;
            }
        }

        return null;
    }

    private async Task EncodeNextAsync(BatchRequest batch, WriteGroup group)
    {
        try
        {
            await _encoder.EncodeAsync(batch, group);
        }
        catch (Exception e)
        {
            batch.Fail(_stop.Stop(e));
            throw;
        }
    }

    private async Task FinishCommitAsync()
    {
        await _commit;
        if (_inFlight is { } group)
            _pending.Forget(group);
        _inFlight = null;
    }

    /// <summary>Never throws: a failure goes to the group's callers and stops the writer.</summary>
    private async Task CommitAsync(WriteGroup group)
    {
        try
        {
            await MakeVisibleAsync(group);
            foreach (var request in group.Requests)
                request.CompleteWith(group.LastSequence);
            AfterPublish();
        }
        catch (Exception e)
        {
            var reason = _stop.Stop(e);
            group.Requests.ForEach(request => request.Fail(reason));
        }
    }

    private async Task MakeVisibleAsync(WriteGroup group)
    {
        if (Stopped is { } reason)
            throw reason;
        _fence.Check();
        if (!group.Appended)
            return;

        // What is durable must become visible: all that this takes is got before.
        _state.Reserve(group.NewRows);
        await _log.CommitAsync(group.LastSequence);
        _durable = group;
        _fence.Check();
        Interlocked.Increment(ref _groupCommits);
        Show();
    }

    /// <summary>Shows what is durable.</summary>
    /// <exception cref="ShardBrokenException">Memory holds a part of it, and has to be made anew from the log.</exception>
    private void Show()
    {
        if (_durable is not { } group)
            return;
        try
        {
            foreach (var record in group.Records)
                _state.Apply(record.Address, record.Header, record.Bytes);
            _state.Publish(group.LastSequence);
        }
        catch (Exception e)
        {
            throw new ShardBrokenException($"What the log has could not be shown: {e.Message}", e);
        }

        _durable = null;
    }

    private async Task DeleteMatchingAsync(DeleteMatchingRequest request)
    {
        var deleted = 0L;
        string? after = null;
        while (true)
        {
            // Nothing is in flight here, so the view is the newest state and the deletion exact.
            var ids = _state.View.MatchingIds(request.Filter, IdsPerDeletion, after);
            if (ids.Count == 0)
                break;
            var group = new WriteGroup();
            foreach (var id in ids)
                await _encoder.EncodeDeleteAsync(id, group);
            await CommitAloneAsync(group);
            deleted += ids.Count;
            after = ids[^1];
        }

        AfterPublish();
        request.Complete(deleted);
    }

    private async Task ReconfigureAsync(ReconfigureRequest request)
    {
        if (request.Newer.IndexVersion <= _state.Descriptor.IndexVersion)
        {
            request.Complete(_state.Descriptor);
            return;
        }

        // The log first: a crash before the manifest is caught up with when the log is replayed.
        var manifest = _manifest.Current with { Descriptor = request.Newer, Owner = null, LogBegin = _state.LogBegin };
        var group = new WriteGroup();
        await _packer.AppendManifestAsync(manifest.ToJson(), group);
        await CommitAloneAsync(group);
        _healer.BringUpManifest();
        WriterLog.Reconfigured(_logger, request.Newer.IndexVersion, request.Newer.Schema.Count);
        AfterPublish();
        request.Complete(_state.Descriptor);
    }

    private async Task MoveAsync(MoveRequest request)
    {
        var group = new WriteGroup();
        var (bytes, before) = (0L, _log.Tail);
        foreach (var row in request.Rows)
            bytes += await _encoder.EncodeMoveAsync(row, group) ? row.Bytes : 0;
        await CommitAloneAsync(group);
        request.Complete(new MovedRows(bytes, _log.Tail - before));
    }

    /// <summary>The log says first where it will begin, and repeats what it holds; then the mark says so; files go later still.</summary>
    private async Task TruncateAsync(TruncateRequest request)
    {
        var group = new WriteGroup();
        foreach (var write in _state.Writes.Before(request.Begin))
            await _packer.MoveAsync(write, group);
        await _packer.SealAsync(group);
        await _packer.AppendManifestAsync((_manifest.Current with { Owner = null, LogBegin = request.Begin }).ToJson(), group);
        await CommitAloneAsync(group);
        _fence.Check();
        var before = _log.Begin;
        await _log.TruncateAsync(request.Begin);
        request.Complete(request.Begin - before);
    }

    private async Task CommitAloneAsync(WriteGroup group)
    {
        await _packer.SealAsync(group);
        group.LastSequence = _packer.Sequence;
        await MakeVisibleAsync(group);
        _pending.Forget(group);
    }

    /// <summary>What is due now and then after writes, on the writer's turn.</summary>
    private void AfterPublish()
    {
        if (_state.DropDeadRows() is > 0 and var dropped)
            WriterLog.DeadRowsDropped(_logger, dropped);
        Maintenance?.AfterPublish();
        Compaction?.AfterPublish();
        Snapshots?.AfterPublish(Maintenance?.IsTraining ?? false);
    }
}

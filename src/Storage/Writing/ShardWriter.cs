using ClipOrleans.Storage.Compaction;
using ClipOrleans.Storage.Documents;
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
/// could still be lost, and nothing is answered that is not yet seen (I1, I3). The first failure stops writing for good:
/// what the device has after it shows only when the shard is opened again.
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
    private readonly ILogger _logger;
    private WriteGroup? _inFlight;
    private Task _commit = Task.CompletedTask;
    private ShardException? _stopped;
    private long _groupCommits;

    public ShardWriter(WriteQueue queue, ShardState state, IShardLog log, EpochFence fence, ManifestFile manifest, TimeProvider clock, ILogger logger)
    {
        _queue = queue;
        _state = state;
        _log = log;
        _fence = fence;
        _manifest = manifest;
        _logger = logger;
        _packer = new RecordPacker(log, fence.Epoch, state.Sequence);
        _encoder = new OperationEncoder(state, log, _packer, _pending, clock);
    }

    /// <summary>Why writing stopped, or null.</summary>
    public ShardException? Stopped => Volatile.Read(ref _stopped);

    /// <summary>Looks after what was published; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardMaintenance? Maintenance { get; init; }

    /// <summary>Looks after the log; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardCompaction? Compaction { get; init; }

    /// <summary>Saves what was published now and then; set before <see cref="RunAsync"/>, or never.</summary>
    public ShardSnapshots? Snapshots { get; init; }

    public long GroupCommits => Interlocked.Read(ref _groupCommits);

    /// <summary>Runs until the queue is closed and empty and the last group is answered.</summary>
    public async Task RunAsync()
    {
        while (await _queue.WaitAsync())
        {
            while (_queue.TryTake(out var request))
            {
                if (Stopped is { } reason)
                    request.Fail(reason);
                else if (request.TryStart())
                    await HandleAsync(request);
            }
        }

        await FinishCommitAsync();
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
            request.Fail(Stop(e));
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
            var reason = Stop(e);
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
            batch.Fail(Stop(e));
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
                request.Complete(new WriteResult(request.Outcomes, group.LastSequence));
            AfterPublish();
        }
        catch (Exception e)
        {
            var reason = Stop(e);
            group.Requests.ForEach(request => request.Fail(reason));
        }
    }

    private async Task MakeVisibleAsync(WriteGroup group)
    {
        if (Stopped is { } reason)
            throw reason;
        if (!group.Appended)
            return;
        _fence.Check();
        await _log.CommitAsync(group.LastSequence);
        _fence.Check();
        Interlocked.Increment(ref _groupCommits);
        foreach (var record in group.Records)
            _state.Apply(record.Address, record.Header, record.Bytes);
        _state.Publish(group.LastSequence);
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
        var manifest = _manifest.Current with { Descriptor = request.Newer };
        var group = new WriteGroup();
        await _packer.AppendManifestAsync((manifest with { Owner = null, LogBegin = _state.LogBegin }).ToJson(), group);
        await CommitAloneAsync(group);
        if (_state.NeedsRederiving)
            _state.Rederive(_log, CancellationToken.None);
        _manifest.Replace(manifest);
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

    private ShardException Stop(Exception e)
    {
        var reason = e as ShardException ?? new ShardUnavailableException($"Writing stopped: {e.Message}", e);
        if (Interlocked.CompareExchange(ref _stopped, reason, null) is { } earlier)
            return earlier;
        WriterLog.Stopped(_logger, reason);
        return reason;
    }
}

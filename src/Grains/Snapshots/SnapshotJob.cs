using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Snapshots;
using ClipOrleans.Storage.Backup;
using Microsoft.Extensions.Logging;

namespace ClipOrleans.Grains.Snapshots;

/// <summary>
/// The making of one snapshot: each shard's owner copies its shard, some at a time, and the manifest that makes a snapshot
/// of the copies comes last. Runs on the turns of the grain that started it.
/// </summary>
internal sealed partial class SnapshotJob(IndexDescription index, SnapshotInfo begun, SnapshotFolders folders, IGrainFactory grains, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>Shards copied at once: one more would only queue at the disk.</summary>
    private const int AtOnce = 2;

    /// <summary>How long a shard that is loading or overloaded is waited for.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly IndexKey _key = new(TenantId.Parse(index.Tenant), index.Spec.Name);

    public SnapshotInfo Info { get; private set; } = begun;

    /// <summary>Ends, never with an error, when <see cref="Info"/> is final.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    public void Start() => Done = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Done;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var folder = folders.Of(_key);
        try
        {
            var made = await MakeAsync(folder);
            Info = made.IsSuccess ? made.Value : Failed(made.Error.Detail);
        }
#pragma warning disable CA1031 // Told in the log and by the snapshot's state; the grain lives on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFailed(fault, Info.Id, _key);
            Info = Failed("It could not be made; the server's log tells why.");
        }

        if (Info.State is SnapshotState.Failed)
            await folders.RunAsync(() => { folder.Discard(Info.Id); return true; });
        else
            LogMade(Info.Id, _key, Info.Documents, Info.Bytes);
    }

    private async Task<Result<SnapshotInfo>> MakeAsync(BackupFolder folder)
    {
        var copies = new List<ShardCopy>();
        foreach (var some in Enumerable.Range(0, index.Spec.Shards).Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(some.Select(shard => CopyAsync(folder, shard)));
            if (answers.FirstOrDefault(static answer => !answer.IsSuccess)?.Error is { } error)
                return error;
            copies.AddRange(answers.Select(static answer => answer.Value));
        }

        // Read after the copies: a change of the index that a shard has seen is finished by then, so that no shard is ahead of it.
        var described = await grains.GetGrain<IIndexGrain>(_key.ToString()).Describe();
        if (!described.IsSuccess || described.Value.Incarnation != index.Incarnation)
            return Error.Of(Slugs.IndexNotFound, $"The index '{_key.Name}' was deleted while it was copied.");
        var manifest = SnapshotMessages.ToManifest(Info, described.Value, copies);
        return await folders.RunAsync(() =>
        {
            folder.Finish(manifest);
            return SnapshotMessages.ToInfo(manifest);
        });
    }

    private async Task<Result<ShardCopy>> CopyAsync(BackupFolder folder, int shard)
    {
        var grain = grains.GetGrain<IShardGrain>(new ShardKey(_key.Tenant, _key.Name, index.Incarnation, shard).ToString());
        var started = clock.GetTimestamp();
        while (true)
        {
            var directory = await folders.RunAsync(() => folder.BeginShard(Info.Id, shard));
            if (!directory.IsSuccess)
                return directory.Error;
            var copied = await grain.Copy(folders.FolderOf(directory.Value)).WaitAsync(_stop.Token);
            if (copied.IsSuccess || copied.Error.Slug is not (Slugs.Loading or Slugs.Overloaded) || clock.GetElapsedTime(started) > s_patience)
                return copied;
            await Task.Delay(TimeSpan.FromSeconds(copied.Error.RetryAfterSeconds ?? 1), clock, _stop.Token);
        }
    }

    private SnapshotInfo Failed(string problem) => Info with { State = SnapshotState.Failed, Problem = problem };

    [LoggerMessage(1, LogLevel.Information, "Snapshot {Snapshot} of index {Index} made: {Documents} documents, {Bytes} bytes")]
    private partial void LogMade(string snapshot, IndexKey index, long documents, long bytes);

    [LoggerMessage(2, LogLevel.Error, "Snapshot {Snapshot} of index {Index} could not be made")]
    private partial void LogFailed(Exception fault, string snapshot, IndexKey index);
}

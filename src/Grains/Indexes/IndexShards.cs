using System.Collections.Immutable;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Grains.Snapshots;
using ClipOrleans.Storage.Backup;

namespace ClipOrleans.Grains.Indexes;

/// <summary>The shards of one incarnation of an index: the same call to all of them, some at a time.</summary>
internal sealed class IndexShards(IGrainFactory grains, IndexDescription description)
{
    /// <summary>Shards called at once: making or removing one is a few forced writes, more of them only queue at the disk.</summary>
    private const int AtOnce = 16;

    private const int CopiesAtOnce = 2;

    /// <summary>How long a status waits for a shard; a shard that has more to do than answer is not well.</summary>
    private static readonly TimeSpan s_statusTimeout = TimeSpan.FromSeconds(5);

    public async Task<Error?> ConfigureAsync()
    {
        var spec = description.Spec;
        var message = new ShardSpec(description.Version, spec.Model, spec.ModelRevision, spec.Dimensions, spec.Fields, spec.TargetRecall, spec.Quantization);
        foreach (var some in Enumerable.Range(0, spec.Shards).Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(some.Select(shard => Shard(shard).Configure(message)));
            if (answers.FirstOrDefault(answer => !answer.IsSuccess)?.Error is { } error)
                return error;
        }

        return null;
    }

    /// <summary>Makes the shards from the copies in a backup.</summary>
    public async Task<Error?> RestoreAsync(string folder, BackupManifest manifest)
    {
        foreach (var some in Enumerable.Range(0, description.Spec.Shards).Chunk(CopiesAtOnce))
        {
            var answers = await Task.WhenAll(some.Select(shard => Shard(shard).Restore(
                Path.Combine(folder, BackupManifest.PathOf(shard, "")), SnapshotMessages.ToMessage(manifest.Shards[shard]))));
            if (answers.FirstOrDefault(answer => answer is not null) is { } error)
                return error;
        }

        // A shard that was copied before a change of the index reached it gets the change now.
        return manifest.Shards.All(shard => shard.IndexVersion == description.Version) ? null : await ConfigureAsync();
    }

    public async Task<Error?> DropAsync()
    {
        foreach (var some in Enumerable.Range(0, description.Spec.Shards).Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(some.Select(shard => Shard(shard).Drop()));
            if (answers.FirstOrDefault(answer => answer is not null) is { } error)
                return error;
        }

        return null;
    }

    public async Task<ImmutableArray<ShardStatus>> GetStatusAsync() =>
        [.. await Task.WhenAll(Enumerable.Range(0, description.Spec.Shards).Select(shard => GetStatusAsync(shard)))];

    /// <summary>Of all replicas, shard by shard; asking activates them.</summary>
    public async Task<ImmutableArray<ReplicaStatus>> GetReplicasAsync() =>
    [
        .. await Task.WhenAll(
            from shard in Enumerable.Range(0, description.Spec.Shards)
            from replica in Enumerable.Range(1, description.Spec.Replicas)
            select GetStatusAsync(shard, replica)),
    ];

    private async Task<ReplicaStatus> GetStatusAsync(int shard, int replica)
    {
        try
        {
            return await grains.GetGrain<IShardReplicaGrain>(new ReplicaKey(KeyOf(shard), replica).ToString()).GetStatus().WaitAsync(s_statusTimeout);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return new ReplicaStatus(shard, replica, ShardState.Failed, 0, 0, 0, 0, "", "", $"The replica does not answer: {fault.Message}");
        }
    }

    private async Task<ShardStatus> GetStatusAsync(int shard)
    {
        try
        {
            return await Shard(shard).GetStatus().WaitAsync(s_statusTimeout);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return new ShardStatus(shard, ShardState.Failed, 0, 0, 0, 0, 0, 0, "", $"The shard does not answer: {fault.Message}");
        }
    }

    private IShardGrain Shard(int number) => grains.GetGrain<IShardGrain>(KeyOf(number).ToString());

    private ShardKey KeyOf(int number) => new(TenantId.Parse(description.Tenant), description.Spec.Name, description.Incarnation, number);
}

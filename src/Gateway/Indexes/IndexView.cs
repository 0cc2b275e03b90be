using System.Collections.Immutable;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Gateway.Wire;

namespace ClipOrleans.Gateway.Indexes;

/// <summary>An index as callers see it.</summary>
internal static class IndexView
{
    public static IndexResponse Of(IndexStatus status)
    {
        var (description, shards) = (status.Description, status.Shards);
        var spec = description.Spec;
        return new IndexResponse
        {
            Name = spec.Name,
            Model = spec.Model,
            ModelRevision = spec.ModelRevision,
            Dimensions = spec.Dimensions,
            Fields = [.. spec.Fields.Select(field => new FieldWire { Name = field.Name, Type = field.Type })],
            TargetRecall = spec.TargetRecall,
            Recall = RecallView.Of(spec.TargetRecall, shards),
            Quantization = IndexRequests.NameOf(spec.Quantization),
            KeepImages = IndexRequests.NameOf(spec.KeepImages),
            Status = shards.Any(shard => shard.State == ShardState.Failed) ? "failed"
                : shards.Any(shard => shard.State == ShardState.Loading) ? "loading"
                : "ready",
            Documents = shards.Sum(shard => shard.Documents),
            BytesOnDisk = shards.Sum(shard => shard.BytesOnDisk),
            BytesInMemory = shards.Sum(shard => shard.BytesInMemory),
            Memory = new MemoryWire
            {
                Vectors = shards.Sum(shard => shard.Memory.Vectors),
                Codes = shards.Sum(shard => shard.Memory.Codes),
                Other = shards.Sum(shard => shard.Memory.Other),
                Mapped = shards.Sum(shard => shard.Memory.Mapped),
            },
            Replicas = spec.Replicas,
            Shards = [.. shards.Select(shard => Of(shard, status.Replicas))],
            Version = description.Version,
            CreatedAt = description.CreatedAt.UtcDateTime,
            UpdatedAt = description.UpdatedAt.UtcDateTime,
        };
    }

    private static string NameOf(ShardState state) => state switch
    {
        ShardState.Ready => "ready",
        ShardState.Loading => "loading",
        ShardState.Failed => "failed",
        _ => throw new InvalidDataException($"{state} is not a state of a shard."),
    };

    private static ReplicaWire Of(ReplicaStatus replica) => new()
    {
        Replica = replica.Replica,
        State = NameOf(replica.State),
        Documents = replica.Documents,
        BytesInMemory = replica.BytesInMemory,
        Sequence = replica.Sequence,
        BehindMs = Math.Round(replica.BehindMilliseconds, 1),
        Silo = replica.SiloAddress.Length == 0 ? null : replica.SiloAddress,
        Problem = replica.Problem,
    };

    private static ShardWire Of(ShardStatus shard, ImmutableArray<ReplicaStatus> replicas) => new()
    {
        Shard = shard.Shard,
        State = NameOf(shard.State),
        Percent = shard.Percent,
        Codes = RecallView.NameOf(shard.Codes),
        Documents = shard.Documents,
        BytesOnDisk = shard.BytesOnDisk,
        DeadBytes = shard.DeadBytes,
        BytesInMemory = shard.BytesInMemory,
        Sequence = shard.Sequence,
        Epoch = shard.Epoch,
        Problem = shard.Problem,
        Silo = shard.SiloAddress.Length == 0 ? null : shard.SiloAddress,
        Replicas = replicas.IsDefaultOrEmpty ? null : [.. replicas.Where(replica => replica.Shard == shard.Shard).Select(Of)],
    };
}

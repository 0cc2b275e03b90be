using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Indexes;

/// <summary>The state of one shard at one moment. Bytes count everything the shard holds on disk and in memory.</summary>
/// <param name="BytesInMemory">All of <see cref="Memory"/> but what is mapped.</param>
/// <param name="Percent">How far loading has come, 0 to 100; 100 when ready.</param>
/// <param name="Sequence">The sequence number of the last acknowledged write.</param>
/// <param name="Epoch">The epoch of the owner, growing with each opening.</param>
/// <param name="Codes">By what searches go; null where the shard is not loaded.</param>
/// <param name="Recall">What was measured, for each band with evidence; may be default where the shard is not loaded.</param>
/// <param name="SiloAddress">The address of the silo that has it; empty where none answered.</param>
/// <param name="DeadBytes">Of the log, what no document needs any more and has not been given back; an estimate.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardStatus")]
public sealed record ShardStatus(
    [property: Id(0)] int Shard,
    [property: Id(1)] ShardState State,
    [property: Id(2)] int Percent,
    [property: Id(3)] long Documents,
    [property: Id(4)] long BytesOnDisk,
    [property: Id(5)] long BytesInMemory,
    [property: Id(6)] long Sequence,
    [property: Id(7)] long Epoch,
    [property: Id(8)] string Silo,
    [property: Id(9)] string? Problem,
    [property: Id(10)] MemoryBytes Memory = default,
    [property: Id(11)] ShardCodes? Codes = null,
    [property: Id(12)] ImmutableArray<RecallBand> Recall = default,
    [property: Id(13)] long DeadBytes = 0,
    [property: Id(14)] string SiloAddress = "");

[GenerateSerializer, Alias("clip.ShardState")]
public enum ShardState
{
    Invalid = 0,
    Loading = 1,
    Ready = 2,
    Failed = 3,
}

/// <summary>Description plus what the shards say. Shards that did not answer are there with state Failed.</summary>
[GenerateSerializer, Immutable, Alias("clip.IndexStatus")]
public sealed record IndexStatus(
    [property: Id(0)] IndexDescription Description,
    [property: Id(1)] ImmutableArray<ShardStatus> Shards,
    [property: Id(2)] ImmutableArray<ReplicaStatus> Replicas = default);

/// <summary>The state of one read replica at one moment.</summary>
/// <param name="Replica">Its number, from 1.</param>
/// <param name="Sequence">The sequence number of the last write that it shows.</param>
/// <param name="BehindMilliseconds">How old what it shows may be at most, as of its last look at the log.</param>
[GenerateSerializer, Immutable, Alias("clip.ReplicaStatus")]
public sealed record ReplicaStatus(
    [property: Id(0)] int Shard,
    [property: Id(1)] int Replica,
    [property: Id(2)] ShardState State,
    [property: Id(3)] long Documents,
    [property: Id(4)] long BytesInMemory,
    [property: Id(5)] long Sequence,
    [property: Id(6)] double BehindMilliseconds,
    [property: Id(7)] string Silo,
    [property: Id(8)] string SiloAddress,
    [property: Id(9)] string? Problem);

using System.Collections.Immutable;

namespace ClipOrleans.Contracts.Snapshots;

/// <summary>The copy of one shard: all records of its log up to one.</summary>
/// <param name="Sequence">Number of the last record.</param>
/// <param name="IndexVersion">The version of the index that the shard had.</param>
[GenerateSerializer, Immutable, Alias("clip.ShardCopy")]
public sealed record ShardCopy(
    [property: Id(0)] long Documents,
    [property: Id(1)] long Sequence,
    [property: Id(2)] long IndexVersion,
    [property: Id(3)] ImmutableArray<CopiedFile> Files);

/// <param name="Checksum">XxHash3 (64 bits), 16 hexadecimal digits.</param>
[GenerateSerializer, Immutable, Alias("clip.CopiedFile")]
public sealed record CopiedFile([property: Id(0)] string Name, [property: Id(1)] long Length, [property: Id(2)] string Checksum);

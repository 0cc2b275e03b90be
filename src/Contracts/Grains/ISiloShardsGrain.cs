using ClipOrleans.Contracts.Search;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>All shards of one silo behind one call: a call costs more than a small search. Key: the address of the silo, where it always is.</summary>
[Alias("clip.ISiloShardsGrain")]
public interface ISiloShardsGrain : IGrainWithStringKey
{
    /// <summary>Searches some shards of one index. A shard that is not open here answers shard-moving, and its own grain knows where it is.</summary>
    [Alias("Search"), AlwaysInterleave]
    Task<SiloHits> Search(SiloQuery query, CancellationToken cancellation = default);

    /// <summary>Reads the files that opening a shard will need, so that its hand-over is short.</summary>
    /// <param name="shard">A <see cref="Keys.ShardKey"/>.</param>
    [Alias("Warm"), AlwaysInterleave, ResponseTimeout(CallTimes.OneShard)]
    Task Warm(string shard);
}

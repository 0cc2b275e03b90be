using System.Collections.Immutable;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Indexes;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Contracts.Snapshots;
using Orleans.Concurrency;

namespace ClipOrleans.Contracts.Grains;

/// <summary>
/// One shard. Key: a <see cref="Keys.ShardKey"/>. Errors of every call: index-not-found (never configured or dropped),
/// index-changed (another index version: read the description again), loading, shard-moving (another silo takes it over),
/// overloaded, storage-unavailable.
/// </summary>
[Alias("clip.IShardGrain")]
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>Creates the shard or moves it to a newer version of its index; idempotent.</summary>
    [Alias("Configure"), ResponseTimeout(CallTimes.OneShard)]
    Task<Result<ShardStatus>> Configure(ShardSpec spec);

    /// <summary>Returns when every operation is durable (I1).</summary>
    [Alias("Write"), AlwaysInterleave]
    Task<Result<DocumentBatchResult>> Write(DocumentBatch batch);

    /// <summary>Deletes what matches the filter (canonical UTF-8 JSON); returns how many.</summary>
    [Alias("DeleteMatching"), AlwaysInterleave, ResponseTimeout(CallTimes.OneShard)]
    Task<Result<long>> DeleteMatching(long indexVersion, Immutable<byte[]> filter, DateTimeOffset? notAfter = null);

    [Alias("Search"), AlwaysInterleave]
    Task<Result<ShardHits>> Search(ShardQuery query, CancellationToken cancellation = default);

    [Alias("Read"), AlwaysInterleave]
    Task<Result<ImmutableArray<DocumentRow?>>> Read(ReadDocuments request);

    [Alias("ReadHits"), AlwaysInterleave]
    Task<Result<ImmutableArray<DocumentRow>>> ReadHits(ReadHits request);

    /// <returns>The kept image, or document-not-found, or image-not-found.</returns>
    [Alias("ReadImage"), AlwaysInterleave]
    Task<Result<StoredImage>> ReadImage(long indexVersion, string id);

    /// <summary>The sequence number of the last write that was acknowledged, or of a later one.</summary>
    [Alias("GetSequence"), AlwaysInterleave]
    Task<Result<long>> GetSequence();

    /// <summary>Answers at once, also while loading.</summary>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<ShardStatus> GetStatus();

    /// <summary>Copies the shard while it serves: all that was acknowledged before the call, up to one record of its log.</summary>
    /// <param name="folder">Where to, relative to <c>Storage:Path</c>; empty.</param>
    [Alias("Copy"), AlwaysInterleave, ResponseTimeout(CallTimes.Copying)]
    Task<Result<ShardCopy>> Copy(string folder);

    /// <summary>Makes the shard, which must not exist, from a copy, and begins to open it.</summary>
    /// <param name="folder">Of the copy, relative to <c>Storage:Path</c>.</param>
    /// <param name="copy">What it must be.</param>
    /// <returns>Null, or backup-damaged, or why it could not be made.</returns>
    [Alias("Restore"), ResponseTimeout(CallTimes.Copying)]
    Task<Error?> Restore(string folder, ShardCopy copy);

    /// <summary>
    /// Begins to move the shard to another silo and returns at once: calls that are under way are finished, the shard is
    /// closed here and opened there, and calls that come meanwhile follow it.
    /// </summary>
    /// <param name="silo">The address of the silo.</param>
    [Alias("HandOver"), AlwaysInterleave]
    Task HandOver(string silo);

    /// <summary>Closes the shard and deletes its files; idempotent.</summary>
    /// <returns>Null, or why its files are still there.</returns>
    [Alias("Drop"), ResponseTimeout(CallTimes.OneShard)]
    Task<Error?> Drop();
}

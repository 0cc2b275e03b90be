using System.Buffers.Binary;
using System.Diagnostics;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Gateway.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Gateway.Search;

/// <summary>Asks all shards at once and waits no longer than there is time; what does not answer is a failed leg, never a gap.</summary>
internal sealed partial class Scatter(IndexDirectory directory, TimeProvider clock, GatewayInstruments instruments, ILogger<Scatter> logger)
{
    /// <summary>Rows of one read: bounds the answer at 64 KiB of metadata each.</summary>
    private const int MaxRowsPerRead = 500;

    public async Task<Leg[]> SearchAsync(OpenIndex index, ShardQuery query, Deadline deadline)
    {
        using var stage = instruments.Stage("scatter");
        return await Task.WhenAll(Enumerable.Range(0, index.Shards).Select(shard => SearchShardAsync(index, shard, query, deadline)));
    }

    /// <summary>The best hits of all legs that answered, by the one order of hits.</summary>
    public static List<RankedHit> Merge(IEnumerable<Leg> legs, int count)
    {
        var lists = legs.Where(leg => leg.Hits is not null).Select(IReadOnlyList<RankedHit> (leg) => HitsOf(leg.Shard, leg.Hits!)).ToList();
        return lists.Count == 1
            ? [.. lists[0].Take(count)]
            : TopKMerge.Merge(lists, count, hit => (hit.Score, hit.Id));
    }

    /// <summary>Reads the rows of hits that have none yet. A shard that can't give them becomes a failed leg.</summary>
    /// <returns>Whether all rows are there.</returns>
    public async Task<bool> ReadRowsAsync(OpenIndex index, IReadOnlyList<RankedHit> hits, bool includeVector, Leg[] legs, Deadline deadline)
    {
        var missing = hits.Where(hit => hit.Row is null).GroupBy(hit => hit.Shard).ToList();
        if (missing.Count == 0)
            return true;
        using var stage = instruments.Stage("read");
        var read = await Task.WhenAll(missing.Select(async shard =>
        {
            foreach (var chunk in shard.Chunk(MaxRowsPerRead))
            {
                if (await ReadShardAsync(index, shard.Key, chunk, includeVector, deadline) is not { } error)
                    continue;
                legs[shard.Key].Fail(error);
                return false;
            }

            return true;
        }));
        return read.All(succeeded => succeeded);
    }

    private async Task<Leg> SearchShardAsync(OpenIndex index, int shard, ShardQuery query, Deadline deadline)
    {
        var start = Stopwatch.GetTimestamp();
        query = query with { BudgetMilliseconds = deadline.RemainingMilliseconds };
        var answer = await AskAsync(deadline, cancel => directory.Shard(index, shard).Search(query, cancel));
        return new Leg(shard, answer.IsSuccess ? answer.Value : null, answer.Error, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private async Task<Error?> ReadShardAsync(OpenIndex index, int shard, RankedHit[] hits, bool includeVector, Deadline deadline)
    {
        var locators = new byte[hits.Length * sizeof(long)];
        for (var i = 0; i < hits.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(locators.AsSpan(i * sizeof(long)), hits[i].Locator);
        var answer = await AskAsync(deadline, _ => directory.Shard(index, shard).ReadHits(new ReadHits(index.Version, locators, includeVector)));
        if (!answer.IsSuccess)
            return answer.Error;
        if (answer.Value.Length != hits.Length)
            throw new InvalidDataException($"A shard answered {answer.Value.Length} rows to {hits.Length} locators.");
        for (var i = 0; i < hits.Length; i++)
        {
            if (answer.Value[i].Id != hits[i].Id)
                return Error.RetryLater(Slugs.StorageUnavailable, $"Shard {shard} has another document in the place of '{hits[i].Id}'.", 1);
            hits[i].Row = answer.Value[i];
        }

        return null;
    }

    private async Task<Result<T>> AskAsync<T>(Deadline deadline, Func<CancellationToken, Task<Result<T>>> ask)
    {
        try
        {
            return await ask(deadline.Token).WaitAsync(TimeSpan.FromMilliseconds(deadline.RemainingMilliseconds), clock, deadline.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            deadline.ThrowIfCallerIsGone();
            return Error.Of(Slugs.Timeout, "The shard did not answer in time.");
        }
        catch (Exception exception)
        {
            LogFailed(exception);
            return ThrownErrors.ToError(exception);
        }
    }

    private static RankedHit[] HitsOf(int shard, ShardHits hits)
    {
        var ranked = new RankedHit[hits.Ids.Length];
        for (var i = 0; i < ranked.Length; i++)
        {
            ranked[i] = new RankedHit(
                shard,
                hits.Ids[i],
                BinaryPrimitives.ReadSingleLittleEndian(hits.Scores.AsSpan(i * sizeof(float))),
                BinaryPrimitives.ReadInt64LittleEndian(hits.Locators.AsSpan(i * sizeof(long))))
            {
                Row = hits.Rows.IsDefaultOrEmpty ? null : hits.Rows[i],
            };
        }

        return ranked;
    }

    [LoggerMessage(1, LogLevel.Error, "A shard failed to answer")]
    private partial void LogFailed(Exception exception);
}

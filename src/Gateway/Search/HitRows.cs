using System.Buffers.Binary;
using ClipOrleans.Contracts.Documents;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Telemetry;

namespace ClipOrleans.Gateway.Search;

/// <summary>Reads the rows of hits that came without: of each shard in one call, or in pieces when there are many.</summary>
internal sealed class HitRows(IndexDirectory directory, LegCalls calls, GatewayInstruments instruments)
{
    /// <summary>Rows of one read: bounds the answer at 64 KiB of metadata each.</summary>
    private const int MaxRowsPerRead = 500;

    /// <summary>A shard that can't give its rows becomes a failed leg.</summary>
    /// <returns>Whether all rows are there.</returns>
    public async Task<bool> ReadAsync(OpenIndex index, IReadOnlyList<RankedHit> hits, bool includeVector, Leg[] legs, Deadline deadline)
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

    /// <remarks>Locators stay true when the shard moves meanwhile: they are addresses in its log, and the ids are compared.</remarks>
    private async Task<Error?> ReadShardAsync(OpenIndex index, int shard, RankedHit[] hits, bool includeVector, Deadline deadline)
    {
        var locators = new byte[hits.Length * sizeof(long)];
        for (var i = 0; i < hits.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(locators.AsSpan(i * sizeof(long)), hits[i].Locator);
        var answer = await calls.AskAsync(deadline, _ => directory.Shard(index, shard).ReadHits(new ReadHits(index.Version, locators, includeVector)));
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
}

using System.Diagnostics;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Grains.Placement;
using ClipOrleans.Storage;

namespace ClipOrleans.Grains.Shards;

/// <summary>A search on an open shard, whoever asked for it: on the threads that search, within its budget, measured.</summary>
internal sealed class ShardSearcher(SearchPool pool, GrainInstruments instruments, ILocalSiloDetails silo)
{
    private readonly string _address = silo.SiloAddress.ToParsableString();

    public async Task<Result<ShardHits>> SearchAsync(ILocalShard host, IShardReader engine, ShardQuery query, CancellationToken budget)
    {
        var searching = pool.TryRun(
            host.Key.Tenant.Value, queued => ShardSearch.Run(engine, host.Key.Shard, query, queued, budget), budget);
        if (searching is null)
            return Error.RetryLater(Slugs.Overloaded, "All search threads are busy and their queue is full.", 1);

        try
        {
            var found = await searching;
            if (!found.IsSuccess)
                return found;
            instruments.Searched(found.Value.Plan);
            host.Meter.Add(found.Value.Plan.FilterMicroseconds + found.Value.Plan.ScanMicroseconds);
            var hits = found.Value with { Silo = _address };
            return query.IncludeRows ? await WithRowsAsync(engine, query, hits, budget) : hits;
        }
        catch (OperationCanceledException)
        {
            return Late(host.Key.Shard, query);
        }
    }

    public static async Task<Result<ShardHits>> WithRowsAsync(IShardReader engine, ShardQuery query, ShardHits hits, CancellationToken budget)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var rows = await ShardRows.ReadAsync(engine, hits.Locators, hits.Ids, query.IncludeVectors, budget);
            return hits with { Rows = rows, Plan = hits.Plan with { ReadMicroseconds = Stopwatch.GetElapsedTime(started).TotalMicroseconds } };
        }
        catch (OperationCanceledException)
        {
            return Late(hits.Plan.Shard, query);
        }
    }

    private static Error Late(int shard, ShardQuery query) =>
        Error.Of(Slugs.Timeout, $"Shard {shard} did not finish within {query.BudgetMilliseconds} ms.");
}

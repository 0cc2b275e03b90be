using System.Diagnostics;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Grains;
using ClipOrleans.Contracts.Keys;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Grains.Shards;
using Orleans.Concurrency;
using Orleans.Placement;

namespace ClipOrleans.Grains.Placement;

/// <summary>Searches all shards of this silo that a query wants, side by side, and sends the best of them together.</summary>
[Immovable, SiloPlacement, Reentrant]
internal sealed class SiloShardsGrain(LocalShards shards, ShardSearcher searcher, ShardSurroundings surroundings) : Grain, ISiloShardsGrain
{
    public async Task<SiloHits> Search(SiloQuery query, CancellationToken cancellation)
    {
        using var activity = GrainInstruments.Activities.StartActivity("silo.search");
        var started = Stopwatch.GetTimestamp();
        using var budget = SearchBudget.Of(query.Query, cancellation);
        var legs = await Task.WhenAll(query.Shards.Select(number => SearchAsync(query, number, started, budget.Token)));
        if (!query.Query.IncludeRows)
            return new SiloHits([.. Cut(legs, query.Query.TopK)]);

        var best = await Task.WhenAll(Cut(legs, query.Query.TopK).Select(leg => ReadAsync(query, leg, budget.Token)));
        // Where a shard can't give the rows of its hits, others' take their place: all that were found go out, without rows.
        return new SiloHits([.. best.Zip(legs).Any(pair => pair.First.Error != pair.Second.Error)
            ? best.Zip(legs, (read, found) => read.Error is null ? found : read)
            : best]);
    }

    public Task Warm(string shard) => Task.Run(() => ShardFolder.ReadAhead(surroundings.DirectoryOf(ShardKey.Parse(shard))));

    private async Task<SiloLeg> SearchAsync(SiloQuery query, int number, long started, CancellationToken budget)
    {
        var host = Find(query, number);
        host?.Meter.UsedFromOutside();
        var answer = host is null
            ? Elsewhere(number)
            : await host.ReadAsync(query.Query.IndexVersion, engine => searcher.SearchAsync(host, engine, query.Query with { IncludeRows = false }, budget));
        return new SiloLeg(
            number, answer.IsSuccess ? answer.Value : null, answer.Error, answer.IsSuccess ? answer.Value.Ids.Length : 0,
            Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task<SiloLeg> ReadAsync(SiloQuery query, SiloLeg leg, CancellationToken budget)
    {
        if (leg.Hits is not { Ids.Length: > 0 } hits)
            return leg;
        var answer = Find(query, leg.Shard) is { } host
            ? await host.ReadAsync(query.Query.IndexVersion, engine => ShardSearcher.WithRowsAsync(engine, query.Query, hits, budget))
            : Elsewhere(leg.Shard);
        return answer.IsSuccess ? leg with { Hits = answer.Value } : leg with { Hits = null, Error = answer.Error };
    }

    private ILocalShard? Find(SiloQuery query, int number) => shards.Find(ReplicaKey.Of(ShardKey.WithPrefix(query.Index, number), query.Replica));

    private static SiloLeg[] Cut(SiloLeg[] legs, int count)
    {
        var kept = SiloMerge.Cut([.. legs.Select(leg => leg.Hits)], count);
        return [.. legs.Select((leg, i) => leg with { Hits = leg.Hits?.Best(kept[i]) })];
    }

    private static Result<ShardHits> Elsewhere(int number) =>
        Error.RetryLater(Slugs.ShardMoving, $"Shard {number} is not on this silo any more.", 1);
}

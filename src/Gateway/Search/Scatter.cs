using System.Buffers.Binary;
using System.Diagnostics;
using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Gateway.Cluster;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Telemetry;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Gateway.Search;

/// <summary>
/// Asks all shards at once, those of one silo by one call, and waits no longer than there is time; what does not answer
/// is a failed leg, never a gap.
/// </summary>
internal sealed class Scatter(IndexDirectory directory, LegCalls calls, TimeProvider clock, GatewayInstruments instruments)
{
    public async Task<Leg[]> SearchAsync(OpenIndex index, ShardQuery query, Deadline deadline)
    {
        using var stage = instruments.Stage("scatter");
        var legs = new Leg[index.Shards];
        var replica = index.NextReplica();
        var plan = index.RoutesOf(replica).Plan();
        if (replica == 0 && plan is [{ Silo: null, Shards: [var only] }])
            legs[only] = await SearchShardAsync(index, only, query, deadline);
        else
            await Task.WhenAll(plan.Select(route => SearchRouteAsync(index, replica, route, query, deadline, legs)));
        return legs;
    }

    /// <summary>After a leg has failed, what others left out in its favour may be wanted after all: those are asked once more, each for all it has.</summary>
    public async Task<Leg[]> RefillAsync(OpenIndex index, ShardQuery query, Leg[] legs, Deadline deadline)
    {
        if (!legs.Any(leg => leg.IsCut))
            return legs;
        return await Task.WhenAll(legs.Select(leg => leg.IsCut ? SearchShardAsync(index, leg.Shard, query, deadline) : Task.FromResult(leg)));
    }

    /// <summary>The best hits of all legs that answered, by the one order of hits.</summary>
    public static List<RankedHit> Merge(IEnumerable<Leg> legs, int count)
    {
        var lists = legs.Where(leg => leg.Hits is not null).Select(IReadOnlyList<RankedHit> (leg) => HitsOf(leg.Shard, leg.Hits!)).ToList();
        return lists.Count == 1
            ? [.. lists[0].Take(count)]
            : TopKMerge.Merge(lists, count, hit => (hit.Score, hit.Id));
    }

    private async Task SearchRouteAsync(OpenIndex index, int replica, ShardRoute route, ShardQuery query, Deadline deadline, Leg[] legs)
    {
        if (route.Silo is { } silo)
            await SearchSiloAsync(index, silo, replica, route, query, deadline, legs);
        await Task.WhenAll(route.Shards.Where(shard => legs[shard] is null).Select(async shard =>
            legs[shard] = (replica == 0 ? null : await SearchReplicaAsync(index, shard, replica, query, deadline))
                ?? await SearchShardAsync(index, shard, query, deadline)));
    }

    /// <summary>Fills the legs that the silo can answer for; the others are left to their own grains.</summary>
    private async Task SearchSiloAsync(OpenIndex index, string silo, int replica, ShardRoute route, ShardQuery query, Deadline deadline, Leg[] legs)
    {
        var start = Stopwatch.GetTimestamp();
        var timed = query with { BudgetMilliseconds = deadline.RemainingMilliseconds };
        var answer = await calls.AskOnceAsync(deadline, cancel => SearchSiloAsync(silo, new SiloQuery(index.ShardPrefix, route.Shards, timed, replica), cancel));
        var travelled = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (!answer.IsSuccess && answer.Error.Slug != Slugs.ShardMoving)
        {
            foreach (var shard in route.Shards)
                legs[shard] = new Leg(shard, null, answer.Error, travelled, found: 0);
            return;
        }

        foreach (var leg in answer.IsSuccess ? answer.Value.Legs.Where(leg => Stands(leg.Error, replica)) : [])
            legs[leg.Shard] = new Leg(leg.Shard, leg.Hits, leg.Error, travelled, leg.Found, replica);
        foreach (var shard in route.Shards.Where(shard => legs[shard] is null))
            index.RoutesOf(replica).Learn(shard, null);
    }

    /// <summary>Whether an answer is one: otherwise the shard is asked by its own grain. Of a replica nothing stands but hits and what any shard would say.</summary>
    private static bool Stands(Error? error, int replica) => error is null
        || (replica == 0 ? error.Slug is not (Slugs.ShardMoving or Slugs.Loading) : IndexDirectory.IsStale(error));

    /// <summary>A silo that is gone, or does not answer, is not asked again: its shards have moved, wherever to.</summary>
    private async Task<Result<SiloHits>> SearchSiloAsync(string silo, SiloQuery query, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(CallPatience.OfRead.Doubt!.Value, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await directory.Silo(silo).Search(query, either.Token).WaitAsync(either.Token);
        }
        catch (OrleansException)
        {
            return Error.RetryLater(Slugs.ShardMoving, "The silo is not reached.", 1);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Error.RetryLater(Slugs.ShardMoving, "The silo does not answer.", 1);
        }
    }

    /// <summary>Asks a replica, once and not for long.</summary>
    /// <returns>Null when it has no answer: then the shard is asked.</returns>
    private async Task<Leg?> SearchReplicaAsync(OpenIndex index, int shard, int replica, ShardQuery query, Deadline deadline)
    {
        var start = Stopwatch.GetTimestamp();
        var budget = Math.Max(1, deadline.RemainingMilliseconds / 2);
        var answer = await calls.AskOnceAsync(deadline, async cancel =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(budget), clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            try
            {
                return await directory.Replica(index, shard, replica).Search(query with { BudgetMilliseconds = budget }, either.Token).WaitAsync(either.Token);
            }
            catch (Exception fault) when (fault is OrleansException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                return Error.RetryLater(Slugs.ShardMoving, "The replica does not answer.", 1);
            }
        });
        index.RoutesOf(replica).Learn(shard, answer.IsSuccess ? answer.Value.Silo : null);
        return Stands(answer.Error, replica)
            ? new Leg(
                shard, answer.IsSuccess ? answer.Value : null, answer.Error, Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                answer.IsSuccess ? answer.Value.Ids.Length : 0, replica)
            : null;
    }

    private async Task<Leg> SearchShardAsync(OpenIndex index, int shard, ShardQuery query, Deadline deadline)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await calls.AskAsync(deadline, cancel => directory.Shard(index, shard).Search(query with { BudgetMilliseconds = deadline.RemainingMilliseconds }, cancel));
        if (answer.IsSuccess)
            index.RoutesOf(0).Learn(shard, answer.Value.Silo);
        return new Leg(
            shard, answer.IsSuccess ? answer.Value : null, answer.Error, Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            answer.IsSuccess ? answer.Value.Ids.Length : 0);
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
}

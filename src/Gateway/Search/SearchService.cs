using ClipOrleans.Contracts.Errors;
using ClipOrleans.Contracts.Search;
using ClipOrleans.Gateway.Admission;
using ClipOrleans.Gateway.Indexes;
using ClipOrleans.Gateway.Options;
using ClipOrleans.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipOrleans.Gateway.Search;

/// <summary>What a search found, before it is written down.</summary>
/// <param name="Page">The hits of the page, with rows if they were asked for.</param>
internal sealed record SearchFindings(
    EncodedQuery Query, IReadOnlyList<RankedHit> Page, Leg[] Legs, int Window, TimeSpan Encode, TimeSpan Search);

/// <summary>Encode → scatter → merge → page → rows, within a deadline.</summary>
internal sealed class SearchService(
    QueryEncoder encoder, Scatter scatter, HitRows hitRows, ComputePlaces places, IOptions<QueryOptions> options, TimeProvider clock, GatewayInstruments instruments)
{
    /// <summary>Up to here the rows of all hits of all shards cost less than a second round of calls.</summary>
    private const int RowsAtOnce = 50;

    /// <summary>Candidates for each hit that is wanted, where hits are passed over for reasons that the shards don't know.</summary>
    private const int Surplus = 4;

    private const int MinCandidates = 100;

    /// <summary>Candidates among which diversity chooses: the work grows with their number times the hits.</summary>
    private const int MaxDiverse = 2_000;

    /// <returns>The findings, or why there are none: errors of the query, index-changed, timeout, partial-result, or what all shards answered.</returns>
    public async Task<Result<SearchFindings>> RunAsync(OpenIndex index, SearchQuery query, CancellationToken cancel)
    {
        using var deadline = new Deadline(TimeSpan.FromMilliseconds(query.TimeoutMs ?? options.Value.TimeoutMs), clock, cancel);
        var start = clock.GetTimestamp();
        try
        {
            var encoded = await encoder.EncodeAsync(index, query, deadline.Token);
            return encoded.IsSuccess ? await RankAndJudgeAsync(index, query, encoded.Value, clock.GetElapsedTime(start), deadline) : encoded.Error;
        }
        catch (OperationCanceledException)
        {
            deadline.ThrowIfCallerIsGone();
            return Error.Of(Slugs.Timeout, "The time was over before there was an answer.");
        }
    }

    private async Task<Result<SearchFindings>> RankAndJudgeAsync(OpenIndex index, SearchQuery query, EncodedQuery encoded, TimeSpan encodeTime, Deadline deadline)
    {
        var start = clock.GetTimestamp();
        using var place = await places.EnterAsync(index.Tenant, isImport: false, deadline.Token);
        var ranked = query.GroupBy is null && query.Diversity == 0
            ? await RankAsync(index, query, encoded, deadline)
            : await RankFreelyAsync(index, query, encoded, deadline);
        if (Judge(index, query, ranked.Legs) is { } error)
            return error;
        instruments.Searched(ranked.Legs.Any(leg => leg.Error is not null));
        return new SearchFindings(encoded, ranked.Page, ranked.Legs, ranked.Window, encodeTime, clock.GetElapsedTime(start));
    }

    /// <summary>The ordinary way: each shard gives its best, and the best of these are the answer.</summary>
    private async Task<Ranking> RankAsync(OpenIndex index, SearchQuery query, EncodedQuery encoded, Deadline deadline)
    {
        var excluded = ExcludedIds(query);
        var window = query.Window + Math.Max(0, excluded.Count - 1);
        var wantsRows = query.IncludeMetadata || query.IncludeVector;
        var rowsAtOnce = wantsRows && (window <= RowsAtOnce || (index.Shards == 1 && query.Offset == 0));
        var asked = QueryOf(index, query, encoded, window, excluded, rowsAtOnce);
        var legs = await scatter.SearchAsync(index, asked, deadline);
        while (true)
        {
            var ranked = Scatter.Merge(legs, window);
            ranked.RemoveAll(hit => excluded.Contains(hit.Id));
            var page = ranked.Skip(query.Offset).Take(query.TopK).ToList();
            // A shard that can't give its rows drops out, and the others fill the page again.
            if (!wantsRows || await hitRows.ReadAsync(index, page, query.IncludeVector, legs, deadline))
                return new Ranking(page, legs, window);
            legs = await scatter.RefillAsync(index, asked, legs, deadline);
        }
    }

    /// <summary>Groups and diversity pass hits over, so more candidates are looked at, until there are enough or no more.</summary>
    private async Task<Ranking> RankFreelyAsync(OpenIndex index, SearchQuery query, EncodedQuery encoded, Deadline deadline)
    {
        var excluded = ExcludedIds(query);
        var wanted = query.Diversity > 0 ? Math.Min(MaxDiverse, query.Window * Surplus) : query.Window;
        var window = Math.Min(Contracts.Limits.MaxWindow, Math.Max(MinCandidates, wanted * (query.GroupBy is null ? 1 : Surplus)));
        while (true)
        {
            var asked = QueryOf(index, query, encoded, window, excluded, rows: false);
            var (candidates, legs) = await ReadCandidatesAsync(index, query, asked, window, excluded, deadline);
            var isAll = legs.All(leg => leg.IsAll(window));
            var kept = query.GroupBy is null ? candidates : Grouping.Collapse(candidates, query.GroupBy, query.GroupSize);
            if (kept.Count < wanted && !isAll && window < Contracts.Limits.MaxWindow && legs.All(leg => leg.Error is null))
            {
                window = Math.Min(Contracts.Limits.MaxWindow, window * Surplus);
                continue;
            }

            if (query.Diversity > 0)
                kept = Diversity.Pick([.. kept.Take(MaxDiverse)], query.Window, query.Diversity, deadline.Token);
            return new Ranking([.. kept.Skip(query.Offset).Take(query.TopK)], legs, window);
        }
    }

    private async Task<(List<RankedHit> Candidates, Leg[] Legs)> ReadCandidatesAsync(
        OpenIndex index, SearchQuery query, ShardQuery asked, int window, HashSet<string> excluded, Deadline deadline)
    {
        var legs = await scatter.SearchAsync(index, asked, deadline);
        while (true)
        {
            var candidates = Scatter.Merge(legs, window);
            candidates.RemoveAll(hit => excluded.Contains(hit.Id));
            if (await hitRows.ReadAsync(index, candidates, query.IncludeVector || query.Diversity > 0, legs, deadline))
                return (candidates, legs);
            legs = await scatter.RefillAsync(index, asked, legs, deadline);
        }
    }

    private static ShardQuery QueryOf(OpenIndex index, SearchQuery query, EncodedQuery encoded, int window, HashSet<string> excluded, bool rows) => new(
        index.Version,
        encoded.Vector,
        query.Filter,
        Math.Min(window, Contracts.Limits.MaxWindow),
        query.MinScore,
        query.Exact,
        excluded.FirstOrDefault(),
        query.AfterId,
        [.. query.Facets],
        IncludeRows: rows,
        IncludeVectors: rows && query.IncludeVector,
        BudgetMilliseconds: 0);

    private static HashSet<string> ExcludedIds(SearchQuery query) =>
        query.Parts.Where(part => part.Source.Id is not null).Select(part => part.Source.Id!).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether an answer may be given: some shard must have answered, and all where the caller wants all.</summary>
    private static Error? Judge(OpenIndex index, SearchQuery query, Leg[] legs)
    {
        var failed = legs.Where(leg => leg.Error is not null).Select(leg => leg.Error!).ToList();
        if (failed.Count == 0)
            return null;
        if (failed.Find(IndexDirectory.IsStale) is { } stale)
            return stale.Slug == Slugs.IndexNotFound ? IndexDirectory.NotFound(index.Name) : stale;
        if (failed.Count == legs.Length)
            return failed[0];
        return query.FailWhenPartial
            ? Error.Of(Slugs.Partial, $"{failed.Count} of {legs.Length} shards did not answer; the first said: {failed[0].Detail} With partial 'allow', the others' hits are given.")
            : null;
    }

    private sealed record Ranking(IReadOnlyList<RankedHit> Page, Leg[] Legs, int Window);
}

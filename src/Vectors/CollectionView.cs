using System.Diagnostics;
using ClipOrleans.Vectors.Filters;
using ClipOrleans.Vectors.Kernels;
using ClipOrleans.Vectors.Recall;
using ClipOrleans.Vectors.Rows;
using ClipOrleans.Vectors.Search;
using ClipOrleans.Vectors.TopK;

namespace ClipOrleans.Vectors;

/// <summary>
/// One published state of a <see cref="VectorCollection"/>; it never changes, whatever the writer does, and may be used
/// by any number of threads. Filters must have been parsed against the collection's schema.
/// </summary>
public sealed class CollectionView
{
    /// <summary>How far the squared length of a vector may be from 1: rounding of 4,096 components stays far below.</summary>
    internal const float UnitTolerance = 1e-3f;

    private readonly CollectionState _state;
    private DocumentSet? _live;

    internal CollectionView(CollectionState state) => _state = state;

    /// <summary>Live documents.</summary>
    public long Count => _state.LiveCount;

    /// <summary>Rows of deleted and replaced documents that still take memory.</summary>
    public long DeadRows => _state.RowCount - _state.LiveCount;

    /// <summary>Rows, dead or alive: those that a saved state has.</summary>
    public int RowCount => _state.RowCount;

    /// <summary>Approximate searches go by codes; without, every search is exact.</summary>
    public bool HasCodes => _state.Index is not null;

    /// <summary>What is promised of searches, measured, and done for it; shared by all views of a collection.</summary>
    public RecallMonitor Recall => _state.Recall;

    internal MemoryUse Memory => _state.Memory;

    internal CollectionState State => _state;

    /// <summary>The row of a live document. Rows are numbered in the order of writing and mean something in this view only.</summary>
    public bool TryGet(string id, out int row)
    {
        ArgumentNullException.ThrowIfNull(id);
        row = _state.IdTable.FindNewest(id, _state.Ids, _state.RowCount);
        return row >= 0 && !Tombstones.Contains(_state.Dead, row);
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public string IdOf(int row) => Column<string>.At(_state.Ids, Checked(row));

    /// <inheritdoc cref="IdOf"/>
    public long LocatorOf(int row) => Column<long>.At(_state.Locators, Checked(row));

    /// <summary>Copies the normalised vector; the destination has the collection's dimensions or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyVector(int row, Span<float> destination)
    {
        _state.Vectors[Checked(row)].CopyTo(destination);
        _state.Vectors.KeepAlive();
    }

    /// <summary>Copies the vectors of consecutive rows of one block (see <see cref="VectorCollection.VectorBlockRows"/>).</summary>
    /// <param name="firstRow">The first of them.</param>
    /// <param name="destination">As many values as the rows have.</param>
    public void CopyVectors(int firstRow, Span<float> destination)
    {
        var rows = destination.Length / _state.Dimensions;
        if (rows == 0)
            return;
        _state.Vectors.CopyBlock(Checked(firstRow), Checked(firstRow + rows - 1), destination);
        _state.Vectors.KeepAlive();
    }

    /// <summary>
    /// The top-K by inner product with the query, by <see cref="HitOrder"/>: the true one when the options demand it or the
    /// plan says so, otherwise as much of it as the collection promises. Scores are those of the float32 vectors either way.
    /// </summary>
    /// <exception cref="ArgumentException">The query has other dimensions or not length 1, or the options do not fit.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled during the scan.</exception>
    public SearchOutcome Search(ReadOnlySpan<float> normalisedQuery, SearchOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        CheckUnit(normalisedQuery, _state.Dimensions, nameof(normalisedQuery));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.TopK, SearchOptions.MaxTopK);
        ArgumentOutOfRangeException.ThrowIfNegative(options.TopK);

        var start = Stopwatch.GetTimestamp();
        using var matches = Matches(options);
        var matched = IsWhole(options) ? Count : matches.Count();
        var facets = FacetCounter.Count(_state.Filters, matches, options.Facets, options.FacetLimit);
        var plan = SearchPlanner.ForVector(Inputs(options, matched));
        var filtered = Stopwatch.GetTimestamp();
        Exclude(options, matches);
        var (hits, cost) = CandidateSearch.Run(_state, plan, normalisedQuery, options, matches, cancel);
        if (_state.Index is not null && !options.Exact)
            _state.Recall.Offer(normalisedQuery, options, plan.Selectivity);
        return new SearchOutcome(hits, matched, facets, plan, Timed(cost, start, filtered));
    }

    /// <summary>Documents in id order with score 0; counts and facets as in <see cref="Search"/>.</summary>
    /// <param name="afterId">Starts behind this id, whether or not it exists; null starts at the beginning.</param>
    /// <param name="skip">Documents passed over first.</param>
    /// <param name="take">Documents wanted; the options' TopK and MinScore are not looked at.</param>
    /// <param name="options">Filter, facets and excluded id.</param>
    public SearchOutcome Browse(string? afterId, int skip, int take, SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfNegative(take);
        Check(options);

        var start = Stopwatch.GetTimestamp();
        using var matches = LiveMatches(options.Filter);
        var matched = matches.Count();
        var facets = FacetCounter.Count(_state.Filters, matches, options.Facets, options.FacetLimit);
        var plan = SearchPlanner.ForIdOrder(matched, _state.LiveCount, take);
        var filtered = Stopwatch.GetTimestamp();
        var remaining = matched - (Exclude(options, matches) ? 1 : 0);
        var hits = new List<RowHit>();
        if (plan.Strategy == SearchStrategy.IdOrder)
        {
            var walk = IdWalk.Start(_state.IdRuns, _state.Ids, matches, remaining, afterId);
            while (skip > 0 && walk.TryNext(out _))
                skip--;
            while (hits.Count < take && walk.TryNext(out var row))
                hits.Add(new RowHit(row, IdOf(row), 0, LocatorOf(row)));
        }

        return new SearchOutcome(hits, matched, facets, plan, Timed(new SearchCost(0, 0, 0), start, filtered));
    }

    /// <summary>Exact number of live documents that match; null matches all.</summary>
    public long CountMatches(Filter? filter)
    {
        if (filter is null or MatchAllFilter)
            return Count;
        using var matches = LiveMatches(filter);
        return matches.Count();
    }

    /// <summary>Ids of matching documents in id order, at most so many, behind <paramref name="afterId"/>.</summary>
    public IReadOnlyList<string> MatchingIds(Filter? filter, int limit, string? afterId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        using var matches = LiveMatches(filter);
        var walk = IdWalk.Start(_state.IdRuns, _state.Ids, matches, matches.Count(), afterId);
        var ids = new List<string>();
        while (ids.Count < limit && walk.TryNext(out var row))
            ids.Add(IdOf(row));
        return ids;
    }

    /// <summary>The live rows that match and may be hits; disposed of by the caller.</summary>
    internal DocumentSet Competitors(SearchOptions options)
    {
        var matches = Matches(options);
        Exclude(options, matches);
        return matches;
    }

    internal static void CheckUnit(ReadOnlySpan<float> vector, int dimensions, string parameter)
    {
        if (vector.Length != dimensions)
            throw new ArgumentException($"The vector has {vector.Length} dimensions, the collection {dimensions}.", parameter);
        // The negation catches NaN.
        if (!(MathF.Abs(VectorMath.Dot(vector, vector) - 1) <= UnitTolerance))
            throw new ArgumentException("The vector is not normalised to length 1.", parameter);
    }

    private static void Check(SearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.FacetLimit);
        if (options.MinScore is { } minScore && float.IsNaN(minScore))
            throw new ArgumentException("The least score is not a number.", nameof(options));
    }

    private static SearchCost Timed(SearchCost cost, long start, long filtered) => cost with
    {
        FilterMicroseconds = Stopwatch.GetElapsedTime(start, filtered).TotalMicroseconds,
        ScanMicroseconds = Stopwatch.GetElapsedTime(filtered).TotalMicroseconds,
    };

    /// <summary>All live rows match, and none is taken away.</summary>
    private static bool IsWhole(SearchOptions options) => options is { Filter: null, ExcludeId: null };

    private PlanInputs Inputs(SearchOptions options, long matched)
    {
        var selectivity = _state.LiveCount == 0 ? 0 : (double)matched / _state.LiveCount;
        return new PlanInputs(_state.RowCount, _state.LiveCount, matched, options.TopK, _state.Dimensions)
        {
            Codes = options.Exact || _state.Index is not { } index
                ? null
                : new CodeInputs(index.Model.Lists.Count, index.Model.Components?.Bytes ?? 0, options.EffortLevel ?? _state.Recall.EffortFor(selectivity)),
        };
    }

    /// <summary>The live rows that match; disposed of by the caller. Searches without a filter share one set.</summary>
    private DocumentSet Matches(SearchOptions options) => IsWhole(options) ? Live() : LiveMatches(options.Filter);

    private DocumentSet Live()
    {
        if (Volatile.Read(ref _live) is { } known)
            return known;
        var live = DocumentSet.All(_state.RowCount, isLasting: true);
        live.SubtractChunks(_state.Dead);
        Volatile.Write(ref _live, live);
        return live;
    }

    private DocumentSet LiveMatches(Filter? filter)
    {
        var set = filter is null ? DocumentSet.All(_state.RowCount) : _state.Filters.Evaluate(filter, _state.RowCount);
        set.SubtractChunks(_state.Dead);
        return set;
    }

    private bool Exclude(SearchOptions options, DocumentSet matches)
    {
        if (options.ExcludeId is not { } id || !TryGet(id, out var row) || !matches.Contains(row))
            return false;
        matches.Remove(row);
        return true;
    }

    private int Checked(int row) =>
        (uint)row < (uint)_state.RowCount ? row : throw new ArgumentOutOfRangeException(nameof(row), row, $"The view has {_state.RowCount} rows.");
}

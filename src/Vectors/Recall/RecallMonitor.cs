using ClipOrleans.Vectors.Search;

namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Keeps the promise of a collection: samples its searches, measures how many of the true ten best they found, and says
/// how much effort searches must make, for each <see cref="SelectivityBand"/> by itself. Any number of threads may use it.
/// </summary>
public sealed class RecallMonitor
{
    /// <summary>Hits that recall is measured over.</summary>
    public const int MeasuredHits = 10;

    private readonly Lock _gate = new();
    private readonly WaitingSamples _waiting = new();
    private readonly BandMonitor[] _bands = new BandMonitor[SelectivityBand.Count];
    private readonly Func<CollectionView, RecallSample, double, SearchOutcome> _serve;
    private double _target;
    private int _waitingCount;
    private long _measured;

    /// <param name="targetRecall">Promised recall@10, above 0 and up to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such recall can be promised.</exception>
    public RecallMonitor(double targetRecall)
        : this(targetRecall, Serve)
    {
    }

    /// <param name="targetRecall">Promised recall@10, above 0 and up to 1.</param>
    /// <param name="serve">Searches as a client's search would, at the level of effort given.</param>
    internal RecallMonitor(double targetRecall, Func<CollectionView, RecallSample, double, SearchOutcome> serve)
    {
        _target = Checked(targetRecall);
        _serve = serve;
        for (var band = 0; band < _bands.Length; band++)
            _bands[band] = new BandMonitor(band, targetRecall);
    }

    /// <summary>Promised recall@10, above 0 and up to 1. A change moves every band's effort by what such a change usually takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such recall can be promised.</exception>
    public double TargetRecall
    {
        get => Volatile.Read(ref _target);
        set
        {
            Checked(value);
            lock (_gate)
            {
                if (value == _target)
                    return;
                Volatile.Write(ref _target, value);
                foreach (var band in _bands)
                    band.ChangeTarget(value);
            }
        }
    }

    /// <summary>Samples that wait for <see cref="Measure"/>.</summary>
    public int Waiting => Volatile.Read(ref _waitingCount);

    /// <summary>Queries measured so far.</summary>
    public long Measured => Interlocked.Read(ref _measured);

    /// <summary>The level at which an approximate search has to run.</summary>
    /// <param name="selectivity">Share of the live documents that match, 0 to 1.</param>
    public double EffortFor(double selectivity) => _bands[SelectivityBand.Of(selectivity)].Level;

    /// <summary>
    /// A search was answered that need not be exact, though it may have been: takes a small share of them as samples. Never
    /// waits, and allocates for samples only. Searches of a prescribed <see cref="SearchOptions.EffortLevel"/> are nobody's traffic and not taken, nor those for a count alone.
    /// </summary>
    /// <param name="query">The vector searched for; copied.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="selectivity">Share of the live documents that match, 0 to 1.</param>
    public void Offer(ReadOnlySpan<float> query, SearchOptions options, double selectivity)
    {
        ArgumentNullException.ThrowIfNull(options);
        var number = SelectivityBand.Of(selectivity);
        var band = _bands[number];
        if (options is not { EffortLevel: null, TopK: > 0 } || !band.Counter.IsDue() || !_gate.TryEnter())
            return;
        try
        {
            band.PlanNext();
            if (!_waiting.HasRoom(number))
                return;
            _waiting.Add(new RecallSample(query.ToArray(), options with { TopK = MeasuredHits, Facets = [] }, number));
            Volatile.Write(ref _waitingCount, _waiting.Count);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Answers the samples that wait as they are served at the present effort, and exactly, in one pass over the rows, and
    /// learns from the difference. In the background: it reads every vector. Where serving is exact nothing is compared.
    /// </summary>
    /// <returns>How many queries were measured; one that finds nothing says nothing.</returns>
    /// <exception cref="OperationCanceledException">The samples taken are lost, nothing else.</exception>
    public int Measure(CollectionView view, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(view);
        var samples = Take();
        if (samples.Length == 0)
            return 0;
        var served = new List<ServedSample>(samples.Length);
        var measured = 0;
        foreach (var sample in samples)
        {
            cancel.ThrowIfCancellationRequested();
            var level = _bands[sample.Band].Level;
            var outcome = _serve(view, sample, level);
            if (!outcome.Plan.IsExact)
                served.Add(new ServedSample(sample, level, outcome));
            else if (outcome.Hits.Count > 0)
                measured += Record(sample.Band, band => band.AddExact(level));
        }

        var truths = TrueBest.Of(view, [.. served.Select(each => each.Sample)], cancel);
        for (var i = 0; i < truths.Length; i++)
        {
            var (truth, (sample, level, outcome)) = (truths[i], served[i]);
            // Codes of all matches find the same at any level.
            var depends = outcome.Plan.Strategy is not SearchStrategy.CodeScanMatches;
            if (truth.Count > 0)
                measured += Record(sample.Band, band => band.Add(level, truth.RecallOf(outcome.Hits), depends));
        }

        lock (_gate)
        {
            foreach (var band in _bands)
                band.Decide();
        }

        return measured;
    }

    /// <summary>What was measured, for each band with evidence, from the widest on.</summary>
    public IReadOnlyList<BandRecall> Report()
    {
        lock (_gate)
            return [.. _bands.Where(band => band.HasEvidence).Select(band => band.Report())];
    }

    /// <summary>Searches run over other codes from now on: what was measured counts for less, so that the new ones soon speak for themselves.</summary>
    public void CodesChanged()
    {
        lock (_gate)
        {
            foreach (var band in _bands)
                band.Distrust();
        }
    }

    private static SearchOutcome Serve(CollectionView view, RecallSample sample, double level) =>
        view.Search(sample.Query, sample.Options with { EffortLevel = level });

    private static double Checked(double target) =>
        target is > 0 and <= 1 ? target : throw new ArgumentOutOfRangeException(nameof(target), target, "A recall is above 0 and up to 1.");

    private RecallSample[] Take()
    {
        lock (_gate)
        {
            var samples = _waiting.TakeAll();
            Volatile.Write(ref _waitingCount, 0);
            return samples;
        }
    }

    private int Record(int band, Action<BandMonitor> evidence)
    {
        lock (_gate)
            evidence(_bands[band]);
        Interlocked.Increment(ref _measured);
        return 1;
    }

    /// <summary>A sample that was searched as a client's search is.</summary>
    private readonly record struct ServedSample(RecallSample Sample, double Level, SearchOutcome Outcome);
}

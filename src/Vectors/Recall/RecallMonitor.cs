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
    /// A search was answered approximately: takes a small share of them as samples. Never waits, and allocates for samples
    /// only. Searches of a prescribed <see cref="SearchOptions.EffortLevel"/> are nobody's traffic and not taken.
    /// </summary>
    /// <param name="query">The vector searched for; copied.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="selectivity">Share of the live documents that match, 0 to 1.</param>
    public void Offer(ReadOnlySpan<float> query, SearchOptions options, double selectivity)
    {
        ArgumentNullException.ThrowIfNull(options);
        var number = SelectivityBand.Of(selectivity);
        var band = _bands[number];
        if (options.EffortLevel is not null || !band.Counter.IsDue() || !_gate.TryEnter())
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
    /// Answers the samples that wait exactly, in one pass over the rows, and as they are served at the present effort, and
    /// learns from the difference. In the background: it reads every vector.
    /// </summary>
    /// <returns>How many queries were measured; one that matches nothing or that is served exactly says nothing.</returns>
    /// <exception cref="OperationCanceledException">The samples taken are lost, nothing else.</exception>
    public int Measure(CollectionView view, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(view);
        var samples = Take();
        if (samples.Length == 0)
            return 0;
        var truths = TrueBest.Of(view, samples, cancel);
        var measured = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (truths[i].Count > 0 && TryMeasure(view, samples[i], truths[i]))
                measured++;
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

    private bool TryMeasure(CollectionView view, RecallSample sample, TrueBest truth)
    {
        var band = _bands[sample.Band];
        var level = band.Level;
        var outcome = _serve(view, sample, level);
        if (outcome.Plan.IsExact)
            return false;
        lock (_gate)
            band.Add(level, truth.RecallOf(outcome.Hits));
        Interlocked.Increment(ref _measured);
        return true;
    }
}

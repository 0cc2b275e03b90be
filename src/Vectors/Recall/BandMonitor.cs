namespace ClipOrleans.Vectors.Recall;

/// <summary>One band: what was measured of it and the effort that follows. The owner synchronises all but <see cref="Level"/> and <see cref="Counter"/>.</summary>
internal sealed class BandMonitor
{
    /// <summary>Measured queries after which one counts half in what is reported.</summary>
    private const double HalfLife = 500;

    /// <summary>What evidence of another effort is still worth: it is near the truth, though beside it.</summary>
    private const double AfterChange = 0.25;

    /// <summary>Queries that it may count as at most: what is measured at the new effort soon outweighs it.</summary>
    private const double MostAfterChange = 20;

    private readonly string _name;
    private readonly RecallEvidence _evidence = new(HalfLife);
    private readonly EffortController _controller;
    private double _level;

    public BandMonitor(int number, double target)
    {
        _name = SelectivityBand.Names[number];
        Counter = new SampleCounter((ulong)number << 32);
        _controller = new EffortController(target);
        _level = _controller.Level;
    }

    public SampleCounter Counter { get; }

    public double Level => Volatile.Read(ref _level);

    public bool HasEvidence => _evidence.Queries >= 0.5;

    public void PlanNext() => Counter.Plan(_evidence.Queries);

    /// <summary>A query was measured at a level; a level that has been left meanwhile does not guide any more.</summary>
    /// <param name="level">At which it was answered.</param>
    /// <param name="recall">0 to 1.</param>
    /// <param name="depends">The way it was answered depends on the level; otherwise the query is evidence, but no guide.</param>
    public void Add(double level, double recall, bool depends)
    {
        if (level != _level)
            return;
        _evidence.Add(recall);
        if (depends)
            _controller.Add(recall);
        else
            _controller.AddExact();
    }

    /// <summary>A query was measured for which, at a level, an exact search was the cheapest.</summary>
    public void AddExact(double level)
    {
        if (level != _level)
            return;
        _evidence.Add(1);
        _controller.AddExact();
    }

    public void Decide()
    {
        if (_controller.Decide())
            LevelChanged();
    }

    public void ChangeTarget(double target)
    {
        var before = _controller.Step;
        _controller.ChangeTarget(target);
        if (_controller.Step != before)
            LevelChanged();
    }

    public void Distrust()
    {
        _controller.Distrust(AfterChange);
        _evidence.Scale(AfterChange);
    }

    public BandRecall Report()
    {
        var (low, high) = _evidence.Interval;
        return new BandRecall(_name, _evidence.Mean, low, high, (long)Math.Round(_evidence.Queries), _level);
    }

    /// <summary>What was measured at the former level is carried over as the misses to be expected at the new one, and counts for less.</summary>
    private void LevelChanged()
    {
        _evidence.ScaleMisses(EffortScale.MissesAfter(_controller.Level - _level));
        _evidence.Scale(Math.Min(AfterChange, MostAfterChange / Math.Max(1, _evidence.Queries)));
        Volatile.Write(ref _level, _controller.Level);
    }
}

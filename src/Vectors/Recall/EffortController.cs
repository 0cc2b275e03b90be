namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Finds the least effort that keeps a recall, from one measured query after the other. A promise is mended quickly and
/// saved on slowly: effort rises as soon as what was measured since the last change cannot be the promised recall, and
/// sinks by small steps only when all that is known of the present level proves more than was promised.
/// </summary>
/// <remarks>
/// Each level keeps what was measured at it. Two neighbours usually lie on both sides of the target, and a controller
/// that forgot would go to and fro between them for ever; this one knows that the lower one was tried and why it was
/// left, and tries it again only when that has faded.
/// </remarks>
internal sealed class EffortController
{
    /// <summary>Queries after which what was measured at a level counts half.</summary>
    private const double LevelHalfLife = 4_000;

    /// <summary>The same for what was measured since the last change.</summary>
    private const double RecentHalfLife = 250;

    /// <summary>Queries before which the mean alone moves nothing.</summary>
    private const double EnoughQueries = 100;

    /// <summary>Queries below which a level counts as not tried.</summary>
    private const double KnownQueries = 60;

    /// <summary>Standard errors by which a mean must miss the aim before it counts as missing it.</summary>
    private const double Doubt = 1;

    /// <summary>
    /// The aim lies above the target by this share of the misses allowed. The promise is "at least": with an aim just above
    /// it, chance and drift would break it half of the time; this much costs about a fifth more time for a search.
    /// </summary>
    private const double AimShare = 0.4;

    /// <summary>What the lower bound must exceed the target by before effort sinks, as a share of the misses allowed.</summary>
    private const double MarginShare = 0.25;

    /// <summary>Most steps at once upwards: two levels.</summary>
    private const int MostUp = 8;

    /// <summary>Of the steps that the measured misses call for, the share that is taken at once.</summary>
    private const double UpShare = 0.75;

    private readonly RecallEvidence?[] _levels = new RecallEvidence?[EffortScale.Levels];
    private readonly RecallEvidence _recent = new(RecentHalfLife);
    private double _target;
    private int _exact;

    public EffortController(double target)
    {
        _target = target;
        Step = StartFor(target);
    }

    /// <summary>Number of the present level in <see cref="EffortScale"/>.</summary>
    public int Step { get; private set; }

    public double Level => EffortScale.LevelOf(Step);

    private double Allowed => 1 - _target;

    /// <summary>Moves by as much as the beginnings of the two targets differ: what was learnt of the level stays.</summary>
    public void ChangeTarget(double target)
    {
        var difference = StartFor(target) - StartFor(_target);
        _target = target;
        MoveTo(Step + difference);
    }

    /// <summary>What the levels did is known less well: the codes are others now.</summary>
    public void Distrust(double factor)
    {
        foreach (var level in _levels)
            level?.Scale(factor);
        _recent.Clear();
    }

    /// <summary>A query was measured at the present level.</summary>
    public void Add(double recall)
    {
        foreach (var level in _levels)
            level?.Fade();
        (_levels[Step] ??= new RecallEvidence(LevelHalfLife)).Add(recall);
        _recent.Add(recall);
        _exact = 0;
    }

    /// <summary>
    /// A query was searched exactly, or by the codes of all its matches, since at the present level that costs less. It says nothing of the level; but where
    /// all are, the level may have risen too far for another to show it, and is led back to where levels begin.
    /// </summary>
    public void AddExact()
    {
        foreach (var level in _levels)
            level?.Fade();
        _exact++;
    }

    /// <summary>Looks at what is known and moves, if it must.</summary>
    /// <returns>True when the level is another one now.</returns>
    public bool Decide()
    {
        var before = Step;
        if (_exact >= EnoughQueries && Step > StartFor(_target))
            SinkTo(Step - 1);
        else if (_recent.Queries > 0 && _levels[Step] is { } here)
        {
            if (_recent.Interval.High < _target)
                MoveTo(Step + StepsUp(_recent.Mean));
            else if (here.Queries >= EnoughQueries && Misses(here))
                MoveTo(Step + 1);
            else if (here.Interval.Low > _target + (MarginShare * Allowed))
                Sink(here.Interval.Low);
        }

        return Step != before;
    }

    private static int StartFor(double target) => EffortScale.StartFor(target + (AimShare * (1 - target)));

    private void Sink(double low)
    {
        // Two steps let misses grow by less than half: safe where they may double.
        var steps = EffortScale.StepsBetween(Allowed, 1 - low) >= EffortScale.StepsPerLevel ? 2 : 1;
        SinkTo(Step - steps);
    }

    /// <summary>Unless the level is known to be too low.</summary>
    private void SinkTo(int step)
    {
        if (step >= 0 && !(_levels[step] is { Queries: >= KnownQueries } lower && Misses(lower)))
            MoveTo(step);
    }

    private bool Misses(RecallEvidence level) => level.Mean + (Doubt * level.Error) < _target + (AimShare * Allowed);

    private int StepsUp(double mean)
    {
        var steps = UpShare * EffortScale.StepsBetween(1 - mean, Allowed);
        return (int)Math.Clamp(Math.Round(steps), 1, MostUp);
    }

    private void MoveTo(int step)
    {
        step = EffortScale.Clamp(step);
        if (step == Step)
            return;
        Step = step;
        _recent.Clear();
        _exact = 0;
    }
}

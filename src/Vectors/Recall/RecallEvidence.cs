namespace ClipOrleans.Vectors.Recall;

/// <summary>
/// Recalls of single queries, as sums in which a query counts half once <paramref name="halfLife"/> more were measured.
/// </summary>
/// <remarks>
/// A query is ten trials, though not independent ones: hard queries miss several. What they are worth is estimated from
/// the spread between queries (Kish's design effect), shrunk towards <see cref="AssumedWorth"/> while queries are few, and
/// goes as the number of trials into <see cref="WilsonInterval"/>.
/// </remarks>
internal sealed class RecallEvidence(double halfLife)
{
    /// <summary>Neighbours that a query looks for: the most trials that it can be worth.</summary>
    private const double TrialsPerQuery = 10;

    /// <summary>Trials that a query is taken to be worth before the spread is known.</summary>
    private const double AssumedWorth = 2.5;

    /// <summary>How many queries' weight the assumption has.</summary>
    private const double AssumedQueries = 50;

    private readonly double _keep = Math.Pow(0.5, 1 / halfLife);
    private double _weight;
    private double _squaredWeights;
    private double _sum;
    private double _squares;

    /// <summary>Queries that it rests on, older ones counted for less.</summary>
    public double Queries => _weight;

    /// <summary>NaN without evidence.</summary>
    public double Mean => Math.Min(1, _sum / _weight);

    /// <summary>Independent trials that the evidence is worth.</summary>
    public double Trials
    {
        get
        {
            if (_weight <= 0)
                return 0;

            // Away from 1 by half a query, so that a run without a miss is no proof that there are none.
            var share = (_sum + 0.5) / (_weight + 1);
            var single = share * (1 - share);
            var mean = _sum / _weight;
            var spread = Math.Max(0, (_squares / _weight) - (mean * mean));
            var variance = ((_weight * spread) + (AssumedQueries * single / AssumedWorth)) / (_weight + AssumedQueries);
            var queries = _weight * _weight / _squaredWeights;
            return queries * Math.Clamp(single / variance, 1, TrialsPerQuery);
        }
    }

    /// <summary>The 95 % interval; 0 to 1 without evidence.</summary>
    public (double Low, double High) Interval => _weight <= 0 ? (0, 1) : WilsonInterval.Of(Mean, Trials);

    /// <summary>Standard error of the mean; infinite without evidence.</summary>
    public double Error
    {
        get
        {
            var (low, high) = Interval;
            return _weight <= 0 ? double.PositiveInfinity : (high - low) / (2 * WilsonInterval.Z95);
        }
    }

    /// <summary>A query was measured.</summary>
    /// <param name="recall">0 to 1.</param>
    public void Add(double recall)
    {
        Fade();
        _weight++;
        _squaredWeights++;
        _sum += recall;
        _squares += recall * recall;
    }

    /// <summary>A query was measured that says nothing here.</summary>
    public void Fade() => Scale(_keep);

    /// <summary>Every query counts by so much less, 0 to 1.</summary>
    public void Scale(double factor)
    {
        _weight *= factor;
        _squaredWeights *= factor * factor;
        _sum *= factor;
        _squares *= factor;
    }

    /// <summary>Every query is taken to have missed so many times as much.</summary>
    public void ScaleMisses(double factor)
    {
        // No query can have missed more than everything.
        factor = _sum < _weight ? Math.Min(factor, _weight / (_weight - _sum)) : factor;
        var misses = factor * (_weight - _sum);
        _squares = Math.Max(0, _weight - (2 * misses) + (factor * factor * (_weight - (2 * _sum) + _squares)));
        _sum = _weight - misses;
    }

    public void Clear() => Scale(0);
}

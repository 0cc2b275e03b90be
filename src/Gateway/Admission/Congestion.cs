namespace ClipOrleans.Gateway.Admission;

/// <summary>
/// How many may compute at once, by how long work waits for a processor: half as many when it waits too long and this process is why, a
/// quarter more when it does not. Multiplicative decrease is what makes such a rule settle (Chiu and Jain, 1989); a number that nobody
/// uses does not grow, since it has not been tried (RFC 7661). Not safe for several threads.
/// </summary>
internal sealed class Congestion
{
    /// <summary>Waits that are judged together, by the longest but one: a single long one is a collection of garbage, or a neighbour.</summary>
    public const int Judged = 10;

    /// <summary>A process that uses less of the processors is kept waiting by others, and helps nobody by doing less.</summary>
    private const double OwnShare = 0.5;

    private readonly List<TimeSpan> _waits = new(Judged);
    private readonly int _least;
    private readonly int _most;
    private readonly TimeSpan _bearable;
    private double _busy;

    /// <param name="least">Places at least: a processor each, so that none is idle.</param>
    /// <param name="most">Places at most.</param>
    /// <param name="bearable">How long work may wait.</param>
    public Congestion(int least, int most, TimeSpan bearable)
    {
        (_least, _most, _bearable) = (least, most, bearable);
        Places = least;
    }

    /// <summary>Places at the moment. The first guess is the careful one.</summary>
    public int Places { get; private set; }

    /// <param name="wait">How long something waited for a processor.</param>
    /// <param name="busy">How much of the processors this process used meanwhile, 0 to 1.</param>
    /// <param name="atWork">Places that are taken.</param>
    /// <returns>Whether the number of places is another one now.</returns>
    public bool Learn(TimeSpan wait, double busy, int atWork)
    {
        _waits.Add(wait);
        _busy += busy;
        if (_waits.Count < Judged)
            return false;
        _waits.Sort();
        var isTooLong = _waits[^2] > _bearable && _busy / Judged > OwnShare;
        Forget();
        var before = Places;
        if (isTooLong)
            Places = Math.Max(_least, Math.Min(Places, atWork) / 2);
        else if (atWork > Places / 2)
            Places = (int)Math.Min(_most, Places + Math.Max(1L, Places / 4));
        return Places != before;
    }

    /// <summary>Begins again.</summary>
    public void Reset()
    {
        Forget();
        Places = _least;
    }

    private void Forget()
    {
        _waits.Clear();
        _busy = 0;
    }
}

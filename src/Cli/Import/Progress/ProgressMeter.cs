namespace ClipOrleans.Cli.Import.Progress;

/// <summary>Counts what is done and says how fast it goes: the rate is that of the last seconds, since a server warms up.</summary>
internal sealed class ProgressMeter
{
    /// <summary>Long enough to even out batches, short enough to follow a change.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Queue<(long At, long Handled)> _samples = new();
    private readonly long _startedAt;
    private readonly long _total;
    private readonly long _before;
    private long _handled;
    private long _failed;

    /// <param name="total">Rows of the source.</param>
    /// <param name="before">Rows of them that an earlier run has done.</param>
    public ProgressMeter(TimeProvider clock, long total, long before)
    {
        _clock = clock;
        _total = total;
        _before = before;
        _startedAt = clock.GetTimestamp();
        _samples.Enqueue((_startedAt, 0));
    }

    public void Add(int succeeded, int failed)
    {
        lock (_gate)
        {
            _handled += succeeded + failed;
            _failed += failed;
        }
    }

    public ProgressReading Read()
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            _samples.Enqueue((now, _handled));
            while (_samples.Count > 2 && _clock.GetElapsedTime(_samples.Peek().At, now) > Window)
                _samples.Dequeue();
            var (since, handledThen) = _samples.Peek();
            var seconds = _clock.GetElapsedTime(since, now).TotalSeconds;
            var rate = seconds > 0 ? (_handled - handledThen) / seconds : 0;
            var left = _total - _before - _handled;
            TimeSpan? timeLeft = rate > 0 ? TimeSpan.FromSeconds(left / rate) : null;
            return new ProgressReading(_before + _handled, _total, _failed, rate, timeLeft, _clock.GetElapsedTime(_startedAt, now));
        }
    }
}

/// <summary>A progress at one moment.</summary>
/// <param name="Handled">Rows done, earlier runs included.</param>
/// <param name="PerSecond">Rows of this run a second, of late.</param>
/// <param name="TimeLeft">At this rate; null while nothing moves.</param>
internal sealed record ProgressReading(long Handled, long Total, long Failed, double PerSecond, TimeSpan? TimeLeft, TimeSpan Elapsed);

namespace ClipOrleans.Gateway.Search;

/// <summary>Until when an answer is worth anything; cancelled too when the caller goes away.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _time;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;

    public Deadline(TimeSpan time, TimeProvider clock, CancellationToken caller)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _time = time;
        _caller = caller;
        _timer = new CancellationTokenSource(time, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>At least 1: what comes too late is cancelled by <see cref="Token"/>.</summary>
    public int RemainingMilliseconds => Math.Max(1, (int)(_time - _clock.GetElapsedTime(_start)).TotalMilliseconds);

    /// <exception cref="OperationCanceledException">It was not the time that ran out: nobody waits any more.</exception>
    public void ThrowIfCallerIsGone() => _caller.ThrowIfCancellationRequested();

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}

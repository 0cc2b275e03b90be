using System.Diagnostics;

namespace ClipOrleans.Fuzz.Engine;

/// <summary>
/// An input that never comes back can be told from outside only: its bytes are written down, and the process ends, which
/// whoever started it sees.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>An input that takes longer has no chance to be noise of the machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _target;
    private readonly Timer _timer;
    private (byte[] Input, long Since)? _running;

    public Watchdog(string target)
    {
        _target = target;
        _timer = new Timer(_ => Look(), null, Patience / 3, Patience / 3);
    }

    public void Begin(byte[] input)
    {
        lock (_timer)
            _running = (input, Stopwatch.GetTimestamp());
    }

    public void End()
    {
        lock (_timer)
            _running = null;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_timer)
        {
            if (_running is not { } running || Stopwatch.GetElapsedTime(running.Since) < Patience)
                return;
            var path = FindingFiles.Write(_target, new Finding(FindingKind.Hang, running.Input, "never came back", $"more than {Patience.TotalSeconds} s"));
            Environment.FailFast($"{_target}: an input does not come back: {path}");
        }
    }
}

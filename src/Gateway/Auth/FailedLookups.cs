namespace ClipOrleans.Gateway.Auth;

/// <summary>
/// How many keys that turn out to be none may be asked for: whoever guesses keys must not keep the grains busy. A lookup
/// takes a place when it begins and gives it back unless it fails.
/// </summary>
internal sealed class FailedLookups(TimeProvider clock)
{
    /// <summary>Failures in one burst.</summary>
    internal const int Burst = 1_000;

    /// <summary>Failures that go on.</summary>
    internal const int PerSecond = 200;

    private readonly Lock _lock = new();
    private double _places = Burst;
    private long _at = clock.GetTimestamp();

    /// <returns>False when too many have failed of late.</returns>
    public bool TryBegin()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _places = Math.Min(Burst, _places + (clock.GetElapsedTime(_at, now).TotalSeconds * PerSecond));
            _at = now;
            if (_places < 1)
                return false;
            _places--;
            return true;
        }
    }

    /// <summary>The lookup did not fail.</summary>
    public void GiveBack()
    {
        lock (_lock)
            _places = Math.Min(Burst, _places + 1);
    }
}
